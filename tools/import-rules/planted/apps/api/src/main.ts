// breaks: nothing
export * from '@confab/redis';
export * from '@confab/db';
