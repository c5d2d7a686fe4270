// breaks: worker-imports
export * from '@confab/sdk';
