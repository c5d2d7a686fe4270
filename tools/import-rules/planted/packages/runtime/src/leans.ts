// breaks: runtime-imports-contract
export * from '@confab/db';
