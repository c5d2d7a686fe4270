// breaks: nothing
export * from '@confab/core';
