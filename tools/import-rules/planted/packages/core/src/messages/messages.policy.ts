// breaks: subjects-are-ordered-3
export * from '../sync/sync.repository.ts';
