// breaks: testing-imports-no-server
export * from '@confab/core';
