// breaks: db-imports-runtime
export type * from '@confab/stream';
