import { closeCodes } from '@confab/contract';
import { durationBuckets, type Logger, type Metrics, startAtZero } from '@confab/runtime';
import { createMessageCounter, type StreamEvent } from '@confab/stream';

import { type Refusal, refusals } from './admission.ts';
import type { Hub } from './hub.ts';
import { type PresenceChange, presenceChanges } from './lease.store.ts';
import { type LeaseOutcome, leaseOutcomes } from './leases.ts';
import { type ResyncReason, resyncReasons } from './reader.ts';
import { type ResumeOutcome, resumeOutcomes } from './resume-watch.ts';
import type { RoomNews } from './room.ts';
import { watchRoomSizes } from './room-sizes.ts';

export interface GatewayMetrics {
  connected(): void;
  closed(code: number): void;
  /** Before there was a socket. */
  refused(code: Refusal): void;
  delivered(event: StreamEvent): void;
  resumed(outcome: ResumeOutcome): void;
  resynced(reason: ResyncReason): void;
  leased(outcome: LeaseOutcome): void;
  /** Each change is counted by the gateway that noticed it. */
  presenceChanged(state: PresenceChange): void;
  room(news: RoomNews): void;
  /** Of one event, when it is written to all who read it live. */
  fannedOut(lagMs: number): void;
  /** Whose streams these are. */
  watch(hub: Pick<Hub, 'size' | 'readers'>): void;
  readonly connections: number;
}

export function createGatewayMetrics(metrics: Metrics, logger: Logger): GatewayMetrics {
  const connections = metrics.gauge({ name: 'confab_ws_connections', help: 'Open sockets.' });
  const closes = metrics.counter({ name: 'confab_ws_closes_total', help: 'Sockets closed, by close code; other: one that the contract does not know.', labelNames: ['code'] });
  const refused = metrics.counter({ name: 'confab_ws_refused_total', help: 'Upgrades refused before there was a socket, by the code of the problem.', labelNames: ['code'] });
  /** Since the last scrape: a counter of the library costs a tenth of what a delivery does. */
  let delivered = 0;
  metrics.counter({
    name: 'confab_ws_events_delivered_total',
    help: 'Events put on a socket, once for each.',
    collect() {
      this.inc(delivered);
      delivered = 0;
    },
  });
  const resumes = metrics.counter({ name: 'confab_ws_resumes_total', help: 'Connections that came with cursors, by what came of it: replayed, resynced (some stream had to be refetched), interrupted (closed before).', labelNames: ['outcome'] });
  const resyncs = metrics.counter({ name: 'confab_ws_resyncs_total', help: 'Streams that a client was told to refetch, by reason.', labelNames: ['reason'] });
  const leases = metrics.counter({ name: 'confab_ws_leases_total', help: 'Places among their user\'s connections asked for, by what came of it; _locally while Redis is out.', labelNames: ['outcome'] });
  const presences = metrics.counter({ name: 'confab_presence_changes_total', help: 'Changes of presence noticed here.', labelNames: ['state'] });
  const fills = metrics.counter({ name: 'confab_stream_fills_total', help: 'Pages of missing events fetched, by source.', labelNames: ['source'] });
  const repairs = metrics.counter({ name: 'confab_stream_head_repairs_total', help: 'Times that only the regular question for heads showed that an event was missing.' });
  const resets = metrics.counter({ name: 'confab_stream_resets_total', help: 'Streams begun anew: another epoch, or a hole in the log.' });
  const lag = metrics.histogram({
    name: 'confab_fanout_lag_seconds',
    help: 'From an event\'s time in the log (its number\'s lock, just before the commit) to its write to the last socket that reads it live and keeps up. Once an event and gateway, by the clocks of both machines.',
    buckets: [...durationBuckets],
  });
  const messages = createMessageCounter(metrics, ['delivered']);
  startAtZero(closes, 'code', [...Object.keys(closeCodes), 'other']);
  startAtZero(refused, 'code', refusals);
  startAtZero(resumes, 'outcome', resumeOutcomes);
  startAtZero(resyncs, 'reason', resyncReasons);
  startAtZero(leases, 'outcome', leaseOutcomes);
  startAtZero(presences, 'state', presenceChanges);
  startAtZero(fills, 'source', ['redis', 'postgresql']);
  let open = 0;
  return {
    connected: () => connections.set((open += 1)),
    closed(code) {
      connections.set((open -= 1));
      closes.inc({ code: code in closeCodes ? String(code) : 'other' });
    },
    refused: (code) => refused.inc({ code }),
    delivered(event) {
      delivered += 1;
      messages.count('delivered', event);
    },
    resumed: (outcome) => resumes.inc({ outcome }),
    resynced: (reason) => resyncs.inc({ reason }),
    leased: (outcome) => leases.inc({ outcome }),
    presenceChanged: (state) => presences.inc({ state }),
    room(news) {
      if (news === 'head_repair') repairs.inc();
      else if (news === 'reset') resets.inc();
      else fills.inc({ source: news === 'fill_hot' ? 'redis' : 'postgresql' });
    },
    fannedOut: (lagMs) => lag.observe(Math.max(0, lagMs) / 1000),
    watch: (hub) => watchRoomSizes(metrics, logger, hub),
    get connections() {
      return open;
    },
  };
}
