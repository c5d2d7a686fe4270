// breaks: gateway-imports
export * from '@confab/sdk';
