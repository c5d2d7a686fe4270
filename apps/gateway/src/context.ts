import type { Clock, Logger } from '@confab/runtime';
import type { Streams } from '@confab/stream';

import type { Access } from './access.ts';
import type { createFrameReader } from './client-frames.ts';
import type { Flusher } from './flusher.ts';
import type { Hub } from './hub.ts';
import type { Leases } from './leases.ts';
import type { GatewayMetrics } from './metrics.ts';
import type { Presences } from './presences.ts';

/** What all connections of this gateway share. */
export interface Context {
  readonly access: Access;
  readonly hub: Hub;
  readonly leases: Leases;
  readonly presences: Presences;
  readonly flusher: Flusher;
  readonly streams: Pick<Streams, 'whisper'>;
  readonly readFrame: ReturnType<typeof createFrameReader>;
  readonly metrics: GatewayMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
  newId(): string;
  later(delayMs: number, work: () => void): void;
  readonly config: { readonly identifyTimeoutMs: number; readonly heartbeatMs: number };
}
