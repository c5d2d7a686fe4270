import type { Catch } from '../defects/plant.ts';
import type { Limits } from '../invariants/verdict.ts';
import type { Performance } from './perform.ts';

const seconds = (ms: number): string => (Number.isFinite(ms) ? (ms / 1_000).toFixed(1) : 'never');

export function faultTable(results: readonly Performance[]): string {
  return tableOf(results.map(rowOf));
}

const head = ['| fault | acked | lost | doubled | reordered | unknown but committed | leaked | slowest answer (s) | recovered in (s) | |', '|---|--:|--:|--:|--:|--:|--:|--:|--:|---|'];
const tableOf = (rows: readonly string[]): string => [...head, ...rows].join('\n');

function rowOf({ name, figures: f, violations }: Performance): string {
  return `| ${name} | ${f.acked} | ${f.lost} | ${f.doubled} | ${f.reordered} | ${f.unknownButCommitted} | ${f.leaked} | ${seconds(f.slowestMs)} | ${seconds(f.recoveryMs)} | ${verdict(violations)} |`;
}

/** The rows of faults that were not run now stay as the text before has them. */
function merged(results: readonly Performance[], names: readonly string[], before: string): string {
  const rows = new Map([...before.matchAll(/^\| (\S+) \| \d.*$/gm)].map(([row, name = '']) => [name, row]));
  for (const result of results) rows.set(result.name, rowOf(result));
  return tableOf(names.flatMap((name) => rows.get(name) ?? []));
}

function verdict(violations: Performance['violations']): string {
  return violations.length === 0 ? 'kept' : `**broken**: ${[...new Set(violations.map(({ kind }) => kind))].join(', ')}`;
}

export function defectTable(catches: readonly Catch[]): string {
  const rows = catches.map(({ defect, caughtBy }) => `| ${defect.name} | ${defect.fault} | ${caughtBy === undefined ? '**not seen**' : `${caughtBy.kind}: ${caughtBy.what}`} |`);
  const caught = catches.filter(({ caughtBy }) => caughtBy !== undefined).length;
  return ['| planted defect | under | caught by |', '|---|---|---|', ...rows, '', `caught ${caught} of ${catches.length}`].join('\n');
}

export type Before = { readonly names: readonly string[]; readonly text: string };

export function reliability(results: readonly Performance[], limits: Limits, before: Before): string {
  return `# What holds when things break

Written by \`pnpm faults --write\` from real runs (with names: only their rows); do not edit. Each row is Confab as it runs (PostgreSQL with a replica, Redis, two APIs, two
gateways, two workers, a wire on each link) with 8 senders and 12 receivers in four rooms: ten seconds of peace, the fault, its end, rest,
and a last look. One member is removed and one session ends in each.

- **acked**: messages whose sender got his answer. All of them are in the log, and nothing that nobody sent.
- **lost, doubled, reordered**: acknowledged messages that are not in the log; numbers that a connection or a member missed, got twice or
  before their predecessor, over one connection or from one to the next; sends that stand before one that was acknowledged before they began; jobs
  left or done twice, and rows left that they were to delete (four are given out a second, before, during and after the fault).
- **unknown but committed**: sends whose answer never came, and which took effect.
- **leaked**: what came to the removed member past his removal's number, or was read by him over HTTP more than ${limits.removalMs / 1_000} s after it (what is
  cached is confirmed once a second); what came to the session that ended, being ${limits.sessionMs / 1_000} s younger than its end, or came at all ${limits.sessionMs / 1_000} s after both its end and
  the fault's, or was read with its token ${limits.sessionMs / 1_000} s after its end.
- **slowest answer**: of one HTTP request from the fault on, as the client behind a balancer sees it; at most ${limits.answerMs / 1_000} s.
- **recovered in**: from the end of the fault until each sender was answered and no request failed or took a second any more, and each receiver
  was told something new of each of his rooms; at most ${limits.recoverMs / 1_000} s.

At the end of each run the gateways have no socket more, no process has a database connection lent more, more than 4 descriptors more (besides those of its pools and
of clients that keep theirs) or more than 16 MiB of heap more, PostgreSQL has no transaction and no lock more than when all of it began.

${merged(results, before.names, before.text)}

\`pnpm faults --planted\` builds Confab with defects (a commit that is not durable, an event dropped, swapped, doubled, an answer before the
commit, a removal or the end of a session that is not heeded, a resume that begins late, a job that does nothing, a connection that is not
given back, caches that are never invalidated) and fails unless each is seen as what it is.
`;
}
