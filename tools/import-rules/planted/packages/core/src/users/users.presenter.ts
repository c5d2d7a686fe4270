// breaks: redis-in-stores
export * from '@confab/redis';
export type { redis } from '@confab/redis';
