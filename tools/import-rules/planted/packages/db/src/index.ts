// breaks: nothing
export const db = 'db';
