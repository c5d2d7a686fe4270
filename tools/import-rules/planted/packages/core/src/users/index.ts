// breaks: nothing
export const users = 'users';
