import type { StreamId } from '@confab/contract';
import type { Identity } from './ledger.ts';
import type { LinkId } from './protocol.ts';

/** One connection, as the machine sees it. */
export interface Link {
  readonly id: LinkId;
  phase: 'ticket' | 'opening' | 'identifying' | 'ready';
  url: string;
  ticket: string;
  connectionId: string | undefined;
  heartbeatMs: number;
  /** Whether anything has come since the last heartbeat of ours. */
  heard: boolean;
  sent: Identity;
  /** Streams that have not said `synced` yet. */
  pending: Set<StreamId>;
  /** Streams whose cursor this connection may not lower any more. */
  resynced: Set<StreamId>;
}

export function createLink(id: LinkId): Link {
  return { id, phase: 'ticket', url: '', ticket: '', connectionId: undefined, heartbeatMs: 0, heard: true, sent: {}, pending: new Set(), resynced: new Set() };
}

export const isSynced = (link: Link): boolean => link.phase === 'ready' && link.pending.size === 0;
