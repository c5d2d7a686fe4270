// breaks: nothing
export { Kysely } from 'kysely';
