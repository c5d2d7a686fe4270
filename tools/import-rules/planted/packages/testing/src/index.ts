// breaks: nothing
export const testing = 'testing';
