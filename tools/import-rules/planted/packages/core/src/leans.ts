// breaks: core-imports-what-is-below
export * from '@confab/sdk';
