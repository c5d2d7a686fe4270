import type { Flushable, Flusher } from './flusher.ts';

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
export const createOutbound = (deps: OutboundDeps): Outbound => new SocketQueue(deps);

/** A class, as the connection is. */
class SocketQueue implements Outbound, Flushable {
  readonly #deps: OutboundDeps;
  #queue: Buffer[] = [];
  #queuedBytes = 0;
  /** Few sockets ever have any. */
  #ephemeral: Map<string, Buffer> | undefined;
  #blockedSince: number | null = null;
  #isOver = false;
  #isRoomWanted = false;
  #isClosed = false;

  constructor(deps: OutboundDeps) {
    this.#deps = deps;
  }

  push(frame: Buffer): void {
    if (this.#isClosed) return;
    this.#queue.push(frame);
    this.#queuedBytes += frame.length;
    this.#deps.flusher.add(this);
    const bytes = this.queuedBytes();
    if (bytes >= conflateBytes) this.#conflate();
    if (this.#isOver || (bytes < overflowBytes && this.#queue.length < overflowFrames)) return;
    this.#isOver = true;
    this.#isRoomWanted = true;
    this.#deps.onOverflow();
  }

  pushEphemeral(key: string, frame: Buffer): boolean {
    if (this.#isClosed || this.queuedBytes() >= conflateBytes) return false;
    this.#ephemeral ??= new Map();
    this.#ephemeral.set(key, frame);
    this.#deps.flusher.add(this);
    return true;
  }

  hasRoom(): boolean {
    if (this.queuedBytes() < conflateBytes && this.#queue.length < replayFrames) return true;
    this.#isRoomWanted = true;
    this.#hurry();
    return false;
  }

  drained(): void {
    this.#blockedSince = null;
    if (this.#queue.length > 0 || this.#ephemeral !== undefined) this.#deps.flusher.add(this);
    this.#offerRoom();
  }

  queuedBytes(): number {
    return this.#queuedBytes + this.#deps.wire.writableLength;
  }

  blockedSince(): number | null {
    return this.#blockedSince;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#writeAll();
    this.#isClosed = true;
  }

  flush(): void {
    if (this.#isClosed || this.#blockedSince !== null) return;
    this.#writeAll();
    if (this.#deps.wire.writableNeedDrain) this.#blockedSince = this.#deps.now();
    else this.#offerRoom();
  }

  /** Who does not read makes nobody hurry. */
  #hurry(): void {
    if (this.#blockedSince === null) this.#deps.flusher.hurry();
  }

  #offerRoom(): void {
    if (!this.#isRoomWanted || this.#isClosed || !this.hasRoom()) return;
    this.#isRoomWanted = false;
    this.#isOver = false;
    this.#deps.onRoom();
  }

  #writeAll(): void {
    const frames = this.#queue;
    this.#queue = [];
    for (const frame of this.#ephemeral?.values() ?? []) frames.push(frame);
    this.#ephemeral = undefined;
    const [only] = frames;
    if (only === undefined) return;
    if (frames.length === 1) this.#deps.wire.write(only);
    else if (this.#queuedBytes <= joinedBytes) this.#deps.wire.write(this.#deps.flusher.join(frames));
    else this.#writeEach(frames);
    this.#queuedBytes = 0;
  }

  #writeEach(frames: readonly Buffer[]): void {
    const { wire } = this.#deps;
    wire.cork();
    for (const frame of frames) wire.write(frame);
    wire.uncork();
  }

  #conflate(): void {
    this.#ephemeral = undefined;
    this.#hurry();
  }
}
