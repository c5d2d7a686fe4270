// breaks: stream-is-below-core
export * from '@confab/core';
