// breaks: nothing
export const stream = 'stream';
