import { fanOut, type FanoutAsked } from './fanout.ts';
import { createFeed } from './feed.ts';
import type { Servers } from './load.ts';
import { reconnect, type ReconnectsAsked } from './reconnects.ts';
import { createSends } from './sends.ts';
import { createSockets } from './sockets.ts';

/** What the process that makes the load can be asked for. */
const servers = JSON.parse(process.env['BENCH_SERVERS'] ?? '') as Servers;
const sockets = createSockets(servers);
const feed = createFeed(servers);
const commands = {
  ...sockets.commands,
  ...createSends(servers),
  async fanOut(asked: FanoutAsked) {
    const group = sockets.groups.get(asked.group);
    if (group === undefined) throw new Error('there is no such group of sockets');
    return fanOut(asked, group, await feed());
  },
  reconnect: async (asked: ReconnectsAsked) => reconnect(asked, sockets, await feed()),
};

export type Commands = typeof commands;

process.on('message', ({ id, name, given }: { id: number; name: keyof Commands; given: never }) => {
  void (commands[name] as (given: never) => Promise<unknown>)(given).then(
    (answer) => process.send?.({ id, answer }),
    (error: unknown) => process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
process.on('disconnect', () => process.exit());
