import { randomUUID } from 'node:crypto';

import { createLogger } from '@confab/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startTestCore, type TestCore } from '../testing/factories.ts';
import { createRefreshStore, type RefreshStore } from './refresh.store.ts';
import { judgeRefresh, repeatWithinMs, type RefreshVerdict } from './sessions.policy.ts';

const now = Date.parse('2026-05-04T09:30:00Z');
const justNow = now - repeatWithinMs + 1;
const tooLongAgo = now - repeatWithinMs;

/** The live generation and when it was first used; the generation of the token that came; what is to be done. */
const verdicts: [string, { generation: number; usedAt: number | null }, number, RefreshVerdict][] = [
  ['the live one', { generation: 5, usedAt: null }, 5, 'rotate'],
  ['the live one, whose access token was used long ago', { generation: 5, usedAt: tooLongAgo }, 5, 'rotate'],
  ['one ahead of what is known', { generation: 5, usedAt: null }, 6, 'rotate'],
  ['one far ahead', { generation: 5, usedAt: tooLongAgo }, 60, 'rotate'],
  ['the one before, its successor never used', { generation: 5, usedAt: null }, 4, 'repeat'],
  ['the one before, its successor used just now', { generation: 5, usedAt: now }, 4, 'repeat'],
  ['the one before, at the last moment', { generation: 5, usedAt: justNow }, 4, 'repeat'],
  ['the one before, too late', { generation: 5, usedAt: tooLongAgo }, 4, 'reuse'],
  ['two before, its successors never used', { generation: 5, usedAt: null }, 3, 'reuse'],
  ['two before, the live one used just now', { generation: 5, usedAt: now }, 3, 'reuse'],
  ['the first of all', { generation: 5, usedAt: null }, 1, 'reuse'],
  ['the first, never followed', { generation: 1, usedAt: null }, 1, 'rotate'],
  ['the first, followed once', { generation: 2, usedAt: null }, 1, 'repeat'],
];

let test: TestCore;
let store: RefreshStore;

beforeAll(async () => {
  test = await startTestCore();
  store = createRefreshStore({ redis: test.redis, logger: createLogger({ name: 'test', level: 'silent', pretty: false }) });
});
afterAll(() => test.stop());

const state = async (id: string) => ({ ...(await test.redis.client.hGetAll(`refresh:${id}`)) });

/** In Redis already, or only in the row. */
async function put(id: string, { generation, usedAt }: { generation: number; usedAt: number | null }): Promise<void> {
  await test.redis.client.hSet(`refresh:${id}`, { generation, ...(usedAt === null ? {} : { used: usedAt }) });
}

describe('a refresh token', () => {
  it.each(verdicts)('%s: as the policy says', (_, known, token, verdict) => {
    expect(judgeRefresh(known, token, now)).toBe(verdict);
  });

  it.each(verdicts)('%s: as Redis says by what it knows', async (_, known, token, verdict) => {
    const id = randomUUID();
    await put(id, known);
    expect(await store.turn(id, token, now)).toBe(verdict);
    const after = verdict === 'rotate' ? { generation: String(token + 1) } : { generation: String(known.generation), ...(known.usedAt === null ? {} : { used: String(known.usedAt) }) };
    expect(await state(id)).toEqual(after);
  });

  it.each(verdicts)('%s: as Redis says by what the row knows', async (_, known, token, verdict) => {
    const id = randomUUID();
    expect(await store.turn(id, token, now)).toBe('unknown');
    expect(await store.turn(id, token, now, known)).toBe(verdict);
    const stale = randomUUID();
    await put(stale, { generation: Math.max(known.generation - 1, 1), usedAt: known.generation === 1 ? known.usedAt : tooLongAgo });
    expect(await store.turn(stale, token, now, known)).toBe(verdict);
  });
});

it('is kept for thirty days from its last turn, and forgotten on demand', async () => {
  const id = randomUUID();
  await store.turn(id, 1, now, { generation: 1, usedAt: null });
  expect(await test.redis.client.ttl(`refresh:${id}`)).toBeGreaterThan(30 * 86_400 - 10);
  await store.forget(id);
  expect(await state(id)).toEqual({});
});

it('lets the first use of the live generation count, and no other', async () => {
  const id = randomUUID();
  await store.markUsed(id, 1, now);
  expect(await state(id)).toEqual({});
  await put(id, { generation: 2, usedAt: null });
  await store.markUsed(id, 1, now);
  await store.markUsed(id, 2, now);
  await store.markUsed(id, 2, now + 5_000);
  expect(await state(id)).toEqual({ generation: '2', used: String(now) });
});
