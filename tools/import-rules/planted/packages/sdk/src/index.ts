// breaks: nothing
export const sdk = 'sdk';
