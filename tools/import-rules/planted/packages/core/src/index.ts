// breaks: nothing
export const core = 'core';
