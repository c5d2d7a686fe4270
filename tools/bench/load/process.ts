import type { Servers } from './load.ts';
import { createSends } from './sends.ts';
import { createSockets } from './sockets.ts';

/** What the process that makes the load can be asked for. */
const servers = JSON.parse(process.env['BENCH_SERVERS'] ?? '') as Servers;
const sockets = createSockets(servers);
const commands = { ...sockets.commands, ...createSends(servers) };

export type Commands = typeof commands;

process.on('message', ({ id, name, given }: { id: number; name: keyof Commands; given: never }) => {
  void Promise.try(commands[name] as (given: never) => unknown, given).then(
    (answer) => process.send?.({ id, answer }),
    (error: unknown) => process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
process.on('disconnect', () => process.exit());
