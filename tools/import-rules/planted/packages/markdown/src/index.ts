// breaks: nothing
export const markdown = 'markdown';
