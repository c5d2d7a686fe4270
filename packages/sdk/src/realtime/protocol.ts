import type { ClientFrame, ServerFrame, StreamId } from '@confab/contract';
import type { AnyStreamEvent, RealtimeSignals, ResyncEvent, StartingPoint } from './events.ts';

/** A connection, from the request for its ticket to its end. */
export type LinkId = number;

/** `beat:1`, `handshake:1`: of one link. */
export type TimerName = 'retry' | 'handover' | 'stable' | `${'beat' | 'handshake'}:${LinkId}`;

/** Why no ticket came, or no new token: nobody answered, the session is not valid, or the server will not have us. */
export interface Failure {
  kind: 'passing' | 'unauthorized' | 'refused';
  reason: string;
  retryAfterMs?: number;
}

/** What happens to the machine. */
export type Input =
  | { type: 'connect'; from?: StartingPoint }
  | { type: 'close' }
  | { type: 'forget'; reason: string }
  | { type: 'ticket'; link: LinkId; ticket: string; urls: readonly string[] }
  | { type: 'ticket-failed'; link: LinkId; failure: Failure }
  | { type: 'frame'; link: LinkId; frame: ServerFrame }
  | { type: 'broken-frame'; link: LinkId }
  | { type: 'closed'; link: LinkId; code: number; reason: string }
  | { type: 'timer'; name: TimerName }
  | { type: 'reauthenticated' }
  | { type: 'reauthentication-failed'; failure: Failure }
  | { type: 'token'; accessToken: string }
  | { type: 'settled' }
  | { type: 'nudge'; network: 'up' | 'down' }
  | { type: 'subscribe'; streams: Readonly<Record<StreamId, number | null>> }
  | { type: 'unsubscribe'; streams: readonly StreamId[] }
  | { type: 'say'; frame: ClientFrame }
  /** Said now, and again on every new connection, in place of the last of its type. */
  | { type: 'stand'; frame: ClientFrame };

/** What the machine wants done, in this order. */
export type Effect =
  | { do: 'ticket'; link: LinkId }
  | { do: 'open'; link: LinkId; url: string }
  | { do: 'send'; link: LinkId; frame: ClientFrame }
  | { do: 'shut'; link: LinkId; code: number; reason: string }
  | { do: 'timer'; name: TimerName; ms: number }
  | { do: 'clear'; name: TimerName }
  | { do: 'reauthenticate' }
  | { do: 'deliver'; event: AnyStreamEvent }
  /** Answered by one `settled` when the application has refetched. */
  | { do: 'announce'; resync: ResyncEvent }
  | Signal;

export type Signal = { [K in SignalName]: { do: 'signal'; name: K; value: RealtimeSignals[K] } }[SignalName];

type SignalName = Exclude<keyof RealtimeSignals, 'event' | 'resync'>;
