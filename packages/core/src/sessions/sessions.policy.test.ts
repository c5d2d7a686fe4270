import { describe, expect, it } from 'vitest';

import { isLive } from './sessions.policy.ts';

const now = Date.parse('2026-05-04T09:30:00Z');
const session = { expires_at: new Date(now + 1000), ended_at: null };

describe('a session', () => {
  it.each([
    ['lives', session, true],
    ['has ended', { ...session, ended_at: new Date(now - 1) }, false],
    ['has expired', { ...session, expires_at: new Date(now) }, false],
    ['is not there', undefined, false],
  ])('that %s: live is said to be %#', (_, given, live) => {
    expect(isLive(given, now)).toBe(live);
  });
});
