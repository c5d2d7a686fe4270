// breaks: nothing
export * from '@confab/redis';
