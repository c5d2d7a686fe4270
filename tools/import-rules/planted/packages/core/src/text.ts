// breaks: folders-say-something
export * from './utils/text.ts';
