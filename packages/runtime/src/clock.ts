/** Milliseconds since 1970. Handed to whatever must be able to live in another time when tested. */
export type Clock = { now(): number };

export const systemClock: Clock = Object.freeze({ now: () => Date.now() });
