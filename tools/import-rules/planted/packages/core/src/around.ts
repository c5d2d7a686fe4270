// breaks: packages-have-one-door
export * from '../../db/src/pool.ts';
