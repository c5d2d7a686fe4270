// breaks: sdk-imports-contract
export * from '@confab/runtime';
