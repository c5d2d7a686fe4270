import type { Connection } from './connection.ts';

export interface Pulse {
  add(connection: Connection): void;
  remove(connection: Connection): void;
  stop(): void;
}

const slots = 30;

/** Visits every connection a little each second, and pings each once a heartbeat, spread over it. */
export function startPulse({ heartbeatMs }: { heartbeatMs: number }): Pulse {
  const slotOf = new Map<Connection, number>();
  let added = 0;
  let tick = 0;
  const timer = setInterval(() => {
    tick += 1;
    for (const [connection, slot] of slotOf) connection.pulse(slot === tick % slots);
  }, heartbeatMs / slots);
  timer.unref();
  return {
    add: (connection) => void slotOf.set(connection, (added += 1) % slots),
    remove: (connection) => void slotOf.delete(connection),
    stop: () => clearInterval(timer),
  };
}
