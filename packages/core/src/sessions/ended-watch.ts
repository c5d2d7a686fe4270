import type { Database } from '@confab/db';
import type { Clock, Logger } from '@confab/runtime';

import { listEndedSince } from './sessions.repository.ts';
import { tokenKinds } from './tokens.ts';

/** Once a second, and so much earlier that the answer too has come within it. */
const everyMs = 800;
/** After a look that failed: a connection that broke is no reason to be late. */
const againMs = 150;
/** A session's end is told by the clock of whoever ended it, before the commit; by so much a look reaches back behind the one before. */
const overlapMs = 30_000;
/** Then no access token of the session can be valid. */
const keptMs = (tokenKinds.access.lifetimeSeconds + 60) * 1_000;

/** The sessions that ended lately, as PostgreSQL says once a second: a revocation needs no Redis. */
export interface EndedWatch {
  has(sessionId: string): boolean;
  /** What this process ended itself. */
  add(sessionIds: readonly string[]): void;
  /** Called with what is new at each look. */
  start(onEnded?: (sessionIds: readonly string[]) => void): () => Promise<void>;
}

export function createEndedWatch({ database, clock, logger }: { database: Database; clock: Clock; logger: Logger }): EndedWatch {
  const ended = new Map<string, number>();

  async function look(since: number): Promise<string[]> {
    const rows = await listEndedSince(database.primary, new Date(since));
    const news = rows.filter(({ id }) => !ended.has(id));
    for (const { id, ended_at } of news) ended.set(id, ended_at.getTime());
    return news.map(({ id }) => id);
  }

  function forgetOld(now: number): void {
    for (const [id, at] of ended) if (at < now - keptMs) ended.delete(id);
  }

  return {
    has: (sessionId) => ended.has(sessionId),
    add(sessionIds) {
      for (const id of sessionIds) ended.set(id, clock.now());
    },
    start(onEnded = () => undefined) {
      let since = clock.now() - keptMs;
      let timer: NodeJS.Timeout | undefined;
      let isStopped = false;
      let turn: Promise<void> = Promise.resolve();
      let hasFailed = false;
      async function lookOnce(): Promise<void> {
        try {
          const now = clock.now();
          const news = await look(since);
          since = now - overlapMs;
          forgetOld(now);
          if (news.length > 0) onEnded(news);
          hasFailed = false;
        } catch (error) {
          logger[hasFailed ? 'debug' : 'warn']({ err: error }, 'nobody can say which sessions ended');
          hasFailed = true;
        }
      }
      function begin(): void {
        const startedAt = performance.now();
        turn = lookOnce().then(() => {
          if (!isStopped) timer = setTimeout(begin, hasFailed ? againMs : Math.max(0, startedAt + everyMs - performance.now()));
        });
      }
      begin();
      return async () => {
        isStopped = true;
        clearTimeout(timer);
        await turn;
      };
    },
  };
}
