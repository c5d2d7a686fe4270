import type { Connection } from './connection.ts';

const graceMs = 2_000;
/** ws gives up waiting for the answer to a close after three seconds. */
const closeMs = 3_500;
const pollMs = 50;

/** Asks everybody to move at a moment of his own, so that they do not arrive elsewhere all at once; closes who is still here then. */
export async function drain(connections: ReadonlySet<Connection>, spreadMs: number): Promise<void> {
  for (const connection of connections) connection.reconnect(Math.round(Math.random() * spreadMs));
  await untilEmpty(connections, spreadMs + graceMs);
  for (const connection of connections) connection.close(1012);
  await untilEmpty(connections, closeMs);
}

async function untilEmpty(connections: ReadonlySet<Connection>, withinMs: number): Promise<void> {
  const until = performance.now() + withinMs;
  while (connections.size > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, pollMs));
}
