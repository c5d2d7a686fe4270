// breaks: nothing
export * from '@confab/sdk';
