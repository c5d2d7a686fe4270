// breaks: testing-is-for-tests
export * from './testing/people.ts';
