// breaks: kysely-in-repositories
export { sql } from 'kysely';
export * from './users.repository.ts';
