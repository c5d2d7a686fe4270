// breaks: api-imports
export * from '@confab/markdown';
export * from '@confab/core';
