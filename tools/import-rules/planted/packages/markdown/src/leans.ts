// breaks: markdown-imports-nothing
export * from '@confab/runtime';
