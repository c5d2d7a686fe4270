// breaks: core-imports-what-is-below testing-is-for-tests
export * from '@confab/testing';
