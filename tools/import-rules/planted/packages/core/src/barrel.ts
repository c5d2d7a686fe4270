// breaks: an-index-is-a-door
export * from './users/index.ts';
