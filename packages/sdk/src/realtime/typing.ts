/** The gateway asks to be told at most this often. */
const intervalMs = 3_000;

export interface TypingThrottle {
  allows(roomId: string, parentMessageId?: string): boolean;
  /** A message of mine ends my typing there: the next keystroke is news again. */
  sent(roomId: string): void;
}

export function createTypingThrottle(now: () => number): TypingThrottle {
  const said = new Map<string, number>();
  return {
    allows(roomId, parentMessageId = '') {
      const place = `${roomId}/${parentMessageId}`;
      if (now() - (said.get(place) ?? -intervalMs) < intervalMs) return false;
      said.set(place, now());
      return true;
    },
    sent(roomId) {
      for (const place of said.keys()) if (place.startsWith(`${roomId}/`)) said.delete(place);
    },
  };
}
