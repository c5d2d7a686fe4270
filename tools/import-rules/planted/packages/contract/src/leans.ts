// breaks: contract-imports-nothing
export * from '@confab/runtime';
