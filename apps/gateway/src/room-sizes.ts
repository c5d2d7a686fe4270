import type { Logger, Metrics } from '@confab/runtime';

import type { Hub } from './hub.ts';

const ranks = 10;
const sizes = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];

/** How many connections the rooms have here: a picture of the moment of the scrape. Which rooms are the largest, the log says, once for each change. */
export function watchRoomSizes(metrics: Metrics, logger: Logger, hub: Pick<Hub, 'size' | 'readers'>): void {
  let told = '';

  function largest(): { roomId: string; connections: number }[] {
    const top: { roomId: string; connections: number }[] = [];
    for (const { roomId, connections } of roomsOf(hub)) {
      if (top.length === ranks && connections <= (top[ranks - 1]?.connections ?? 0)) continue;
      const place = top.findIndex((other) => other.connections < connections);
      top.splice(place < 0 ? top.length : place, 0, { roomId, connections });
      top.length = Math.min(top.length, ranks);
    }
    return top;
  }

  metrics.gauge({
    name: 'confab_streams_followed',
    help: 'Streams of rooms and users that are followed here.',
    collect() {
      this.set(hub.size);
    },
  });
  metrics.histogram({
    name: 'confab_ws_room_connections',
    help: 'Rooms by how many connections they have on this gateway. Not counted up but taken anew at each scrape: histogram_quantile of the buckets themselves, without rate.',
    buckets: sizes,
    collect() {
      this.zero({});
      for (const { connections } of roomsOf(hub)) this.observe(connections);
    },
  });
  metrics.gauge({
    name: 'confab_ws_room_connections_top',
    help: 'Connections of the rooms with the most of them on this gateway, by rank; 0 where there is no such room. The log line "largest rooms" names them.',
    labelNames: ['rank'],
    collect() {
      const top = largest();
      for (let rank = 1; rank <= ranks; rank += 1) this.set({ rank: String(rank) }, top[rank - 1]?.connections ?? 0);
      const now = top.map(({ roomId }) => roomId).join();
      if (now === told) return;
      told = now;
      logger.info({ rooms: top.map((room, index) => ({ rank: index + 1, ...room })) }, 'largest rooms');
    },
  });
}

function* roomsOf(hub: Pick<Hub, 'readers'>): Iterable<{ roomId: string; connections: number }> {
  for (const [stream, connections] of hub.readers()) if (connections > 0 && stream.startsWith('room:')) yield { roomId: stream.slice(5), connections };
}
