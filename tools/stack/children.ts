import { readFileSync } from 'node:fs';

/** The processes that a process started, by their numbers: a backend of PostgreSQL is one of its own. */
export const childrenOf = (pid: number): number[] => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/).filter(Boolean).map(Number);
