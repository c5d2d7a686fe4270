// breaks: nothing
export type { redis } from '@confab/redis';
