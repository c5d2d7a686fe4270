// breaks: web-imports-sdk
export type * from '@confab/contract';
