// breaks: nothing
export const redis = 'redis';
