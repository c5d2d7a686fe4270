import type { Flusher } from './flusher.ts';

/** The socket of the upgrade, as far as it is needed here. */
export interface Wire {
  readonly writableLength: number;
  readonly writableNeedDrain: boolean;
  cork(): void;
  uncork(): void;
  write(frame: Buffer): boolean;
}

export interface Outbound {
  push(frame: Buffer): void;
  /** For what may be lost: only the latest of a key is kept, and nothing is taken once the queue is long. */
  pushEphemeral(key: string, frame: Buffer): boolean;
  /** Whether a replay may put more in. If not, `onRoom` follows once it may. */
  hasRoom(): boolean;
  /** The wire has taken everything. */
  drained(): void;
  /** Here and in the wire. */
  queuedBytes(): number;
  /** Since when the peer has not taken what was written; null if it has. */
  blockedSince(): number | null;
  /** Writes what is left, whether or not the peer reads, and takes nothing more. */
  close(): void;
}

export interface OutboundDeps {
  readonly wire: Wire;
  readonly flusher: Flusher;
  now(): number;
  /** The socket is too far behind: nothing that can be replayed later may be pushed until there is room. */
  onOverflow(): void;
  onRoom(): void;
}

const conflateBytes = 64 * 1024;
const overflowBytes = 256 * 1024;
const overflowFrames = 512;
const replayFrames = 256;
/** What is put together for one write is a copy. */
const joinedBytes = 64 * 1024;

/** One socket's queue: written once a tick, and bounded, because whoever reads slowly must not cost memory. */
export function createOutbound({ wire, flusher, now, onOverflow, onRoom }: OutboundDeps): Outbound {
  let queue: Buffer[] = [];
  let queuedBytes = 0;
  /** Few sockets ever have any. */
  let ephemeral: Map<string, Buffer> | undefined;
  let blockedSince: number | null = null;
  let isOver = false;
  let isRoomWanted = false;
  let isClosed = false;

  const behind = () => queuedBytes + wire.writableLength;

  /** Who does not read makes nobody hurry. */
  function hurry(): void {
    if (blockedSince === null) flusher.hurry();
  }

  function hasRoom(): boolean {
    if (behind() < conflateBytes && queue.length < replayFrames) return true;
    isRoomWanted = true;
    hurry();
    return false;
  }

  function offerRoom(): void {
    if (!isRoomWanted || isClosed || !hasRoom()) return;
    isRoomWanted = false;
    isOver = false;
    onRoom();
  }

  function writeAll(): void {
    const frames = queue;
    queue = [];
    for (const frame of ephemeral?.values() ?? []) frames.push(frame);
    ephemeral = undefined;
    const [only] = frames;
    if (only === undefined) return;
    if (frames.length === 1) wire.write(only);
    else if (queuedBytes <= joinedBytes) wire.write(flusher.join(frames));
    else writeEach(frames);
    queuedBytes = 0;
  }

  function writeEach(frames: readonly Buffer[]): void {
    wire.cork();
    for (const frame of frames) wire.write(frame);
    wire.uncork();
  }

  function conflate(): void {
    ephemeral = undefined;
    hurry();
  }

  function flush(): void {
    if (isClosed || blockedSince !== null) return;
    writeAll();
    if (wire.writableNeedDrain) blockedSince = now();
    else offerRoom();
  }

  const flushable = { flush };

  return {
    hasRoom,
    push(frame) {
      if (isClosed) return;
      queue.push(frame);
      queuedBytes += frame.length;
      flusher.add(flushable);
      const bytes = behind();
      if (bytes >= conflateBytes) conflate();
      if (isOver || (bytes < overflowBytes && queue.length < overflowFrames)) return;
      isOver = true;
      isRoomWanted = true;
      onOverflow();
    },
    pushEphemeral(key, frame) {
      if (isClosed || behind() >= conflateBytes) return false;
      ephemeral ??= new Map();
      ephemeral.set(key, frame);
      flusher.add(flushable);
      return true;
    },
    drained() {
      blockedSince = null;
      if (queue.length > 0 || ephemeral !== undefined) flusher.add(flushable);
      offerRoom();
    },
    queuedBytes: behind,
    blockedSince: () => blockedSince,
    close() {
      if (isClosed) return;
      writeAll();
      isClosed = true;
    },
  };
}
