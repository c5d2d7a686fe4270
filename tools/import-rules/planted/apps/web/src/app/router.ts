// breaks: nothing
export const router = 'router';
