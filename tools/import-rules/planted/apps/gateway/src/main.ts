// breaks: nothing
export * from '@confab/core';
export * from '@confab/redis';
