export interface Joiner {
  /** All of them in one buffer: the same one for those who ask for the same frames one after the other. */
  join(frames: readonly Buffer[]): Buffer;
  /** Holds on to nothing. */
  forget(): void;
}

/** Sockets of one room have the same run of frames in a tick: it is put together once, and each writes it with one call. */
export function createJoiner(): Joiner {
  let last: readonly Buffer[] = [];
  let joined = Buffer.alloc(0);
  return {
    join(frames) {
      if (isSame(frames, last)) return joined;
      last = frames;
      joined = Buffer.concat(frames);
      return joined;
    },
    forget() {
      last = [];
      joined = Buffer.alloc(0);
    },
  };
}

function isSame(frames: readonly Buffer[], others: readonly Buffer[]): boolean {
  return frames.length === others.length && frames.every((frame, index) => frame === others[index]);
}
