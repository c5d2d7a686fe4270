// breaks: routes-reach-core
export * from '@confab/db';
export * from '@confab/core';
