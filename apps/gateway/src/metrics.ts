import { closeCodes } from '@confab/contract';
import type { Metrics } from '@confab/runtime';

import type { PresenceChange } from './lease.store.ts';
import type { LeaseOutcome } from './leases.ts';
import type { ResyncReason } from './reader.ts';
import type { RoomNews } from './room.ts';

export interface GatewayMetrics {
  connected(): void;
  closed(code: number): void;
  delivered(): void;
  resynced(reason: ResyncReason): void;
  leased(outcome: LeaseOutcome): void;
  /** Each change is counted by the gateway that noticed it. */
  presenceChanged(state: PresenceChange): void;
  room(news: RoomNews): void;
  /** Streams that are open here. */
  rooms(count: () => number): void;
}

export function createGatewayMetrics(metrics: Metrics): GatewayMetrics {
  const connections = metrics.gauge({ name: 'confab_gateway_connections', help: 'Open sockets.' });
  const closes = metrics.counter({ name: 'confab_gateway_closes_total', help: 'Sockets closed, by close code.', labelNames: ['code'] });
  const delivered = metrics.counter({ name: 'confab_gateway_events_delivered_total', help: 'Events put on a socket.' });
  const fills = metrics.counter({ name: 'confab_gateway_fills_total', help: 'Pages of missing events fetched, by source.', labelNames: ['source'] });
  const repairs = metrics.counter({ name: 'confab_gateway_head_repairs_total', help: 'Times that only the question for heads showed that something was missing.' });
  const resets = metrics.counter({ name: 'confab_gateway_room_resets_total', help: 'Streams begun anew: another epoch, or a hole in the log.' });
  const resyncs = metrics.counter({ name: 'confab_gateway_resyncs_total', help: 'Readers told to refetch, by reason.', labelNames: ['reason'] });
  const leases = metrics.counter({ name: 'confab_gateway_leases_total', help: 'Places asked for, by what came of it; _locally while Redis is out.', labelNames: ['outcome'] });
  const presences = metrics.counter({ name: 'confab_gateway_presence_changes_total', help: 'Changes of presence noticed here.', labelNames: ['state'] });
  return {
    connected: () => connections.inc(),
    closed(code) {
      connections.dec();
      closes.inc({ code: code in closeCodes ? String(code) : 'other' });
    },
    delivered: () => delivered.inc(),
    resynced: (reason) => resyncs.inc({ reason }),
    leased: (outcome) => leases.inc({ outcome }),
    presenceChanged: (state) => presences.inc({ state }),
    room(news) {
      if (news === 'head_repair') repairs.inc();
      else if (news === 'reset') resets.inc();
      else fills.inc({ source: news === 'fill_hot' ? 'redis' : 'postgresql' });
    },
    rooms(count) {
      metrics.gauge({
        name: 'confab_gateway_streams',
        help: 'Streams that are followed here.',
        collect() {
          this.set(count());
        },
      });
    },
  };
}
