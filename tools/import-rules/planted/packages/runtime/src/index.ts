// breaks: nothing
export const runtime = 'runtime';
