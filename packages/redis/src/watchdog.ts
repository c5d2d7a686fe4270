import type { Logger } from '@confab/runtime';
import type { RedisClient } from './client.ts';
import type { Observe } from './observer.ts';

const everyMs = 1_000;
const patience = 3;

/**
 * A server that hangs keeps its connection open, and `socketTimeout` does not see it as long as we still write to it.
 * So: one PING at a time, and a connection that owes its answer for three turns is replaced. Turns, not milliseconds:
 * when this process was the one that hung, it has had only one.
 */
export function watch(client: RedisClient, { logger, observe }: { logger: Logger; observe: Observe }): () => void {
  let isAsking = false;
  let missed = 0;
  const timer = setInterval(() => {
    if (!client.isReady) {
      missed = 0;
      return;
    }
    if (!isAsking) {
      missed = 0;
      isAsking = true;
      observe('PING', () => client.ping()).then(
        () => (isAsking = false),
        () => (isAsking = false),
      );
      return;
    }
    missed += 1;
    if (missed < patience) return;
    missed = 0;
    logger.warn({ silentMs: patience * everyMs }, 'redis hangs, connecting anew');
    // Everything that waits for an answer fails; subscriptions are kept and made again.
    client.destroy();
    client.connect().catch(() => undefined);
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
