// breaks: nothing
export * from '@confab/testing';
export * from '@confab/sdk';
