// breaks: nothing
export * from '@confab/testing';
