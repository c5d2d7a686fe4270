// breaks: redis-imports-runtime
export * from '@confab/contract';
