import { describe, expect, it } from 'vitest';

import { isLive, judgeRefresh, repeatWithinMs } from './sessions.policy.ts';

const now = Date.parse('2026-05-04T09:30:00Z');
const later = new Date(now + 1000);
const session = { generation: 5, rotated_at: new Date(now), expires_at: later, ended_at: null };

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

describe('a refresh token that is not the live one', () => {
  const rotatedAgo = (ms: number) => ({ ...session, rotated_at: new Date(now - ms) });
  it.each([
    ['the one before, at once', session, 4, 'repeat'],
    ['the one before, at the last moment', rotatedAgo(repeatWithinMs), 4, 'repeat'],
    ['the one before, too late', rotatedAgo(repeatWithinMs + 1), 4, 'reuse'],
    ['two before, at once', session, 3, 'reuse'],
    ['of a session that has ended', { ...session, ended_at: new Date(now) }, 4, 'over'],
    ['of a session that has expired', { ...session, expires_at: new Date(now) }, 4, 'over'],
    ['of no session', undefined, 4, 'over'],
  ])('%s', (_, given, generation, verdict) => {
    expect(judgeRefresh(given, generation, now)).toBe(verdict);
  });
});
