// breaks: nothing
export const contract = 'contract';
