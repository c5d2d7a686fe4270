import { randomBytes } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { createRefreshTokens } from './refresh-token.ts';

const sessionId = '01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2d';
const tokens = createRefreshTokens(randomBytes(32));
const token = tokens.make(sessionId, 7);
const [, , signature = ''] = token.split('.');

describe('a refresh token', () => {
  it('is read by whoever has the secret', () => {
    expect(tokens.read(token)).toEqual({ sessionId, generation: 7 });
    expect(tokens.make(sessionId, 7)).toBe(token);
  });

  it.each([
    ['another generation', `${sessionId}.8.${signature}`],
    ['another session', token.replace('0193', '0194')],
    ['a generation spelt otherwise', `${sessionId}.07.${signature}`],
    ['generation zero', tokens.make(sessionId, 0)],
    ['a number beyond the column', tokens.make(sessionId, 2 ** 31)],
    ['another secret', createRefreshTokens(randomBytes(32)).make(sessionId, 7)],
    ['a changed last character', token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A')],
    ['another spelling of the same bytes', respelt(token)],
    ['no signature', `${sessionId}.7.`],
    ['a fourth part', `${token}.x`],
    ['nothing', ''],
    ['much', 'x'.repeat(512)],
  ])('is refused with %s', (_, given) => {
    expect(tokens.read(given)).toBeUndefined();
  });
});

/** 43 characters hold 258 bits; the last two of them say nothing. */
function respelt(given: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet.indexOf(given.at(-1) ?? '');
  return given.slice(0, -1) + alphabet[last ^ 1];
}
