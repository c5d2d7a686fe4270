// breaks: gateway-reads-core-in-access
export * from '@confab/core';
