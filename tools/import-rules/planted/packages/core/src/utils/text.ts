// breaks: nothing
export const text = 'text';
