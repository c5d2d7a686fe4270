// breaks: imports-exist
export * from './nowhere.ts';
