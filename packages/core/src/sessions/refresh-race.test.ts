import { createInterleaving, type Interleaving } from '@confab/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeUser, startTestCore, type Somebody, type TestCore } from '../testing/factories.ts';
import type { Core } from '../core.ts';

const numRuns = Number(process.env['RACE_RUNS'] ?? 20);

let own: TestCore;
beforeAll(async () => {
  own = await startTestCore();
});
afterAll(() => own.stop());

/** The domain as two processes have it, each of whose round trips for a session is the scheduler's to let through. */
function processes({ step, steppingRedis }: Interleaving): Core[] {
  const { database: real } = own;
  const statement: Parameters<typeof real.primary.withPlugin>[0] = { transformQuery: ({ node }) => node, transformResult: ({ result }) => step('statement', () => result) };
  const database = { ...real, primary: real.primary.withPlugin(statement), write: ((work) => step('transaction', () => real.write(work))) as typeof real.write };
  return [0, 1].map(() => own.another({ database, redis: steppingRedis(own.redis) }));
}

/** What one tab does with the token it has: shows it, perhaps uses what it got, perhaps shows it again because no answer came. */
const tab = fc.record({ process: fc.nat({ max: 1 }), uses: fc.boolean(), repeats: fc.boolean() });
const round = fc.record({ tabs: fc.array(tab, { minLength: 2, maxLength: 3 }), isForgotten: fc.boolean() });

test(`whichever answer is late or lost, twins get one successor and nobody honest is signed out (${numRuns} interleavings)`, { timeout: 300_000 }, async () => {
  const somebody = await makeUser(own.core);
  let { refreshToken } = somebody.session;
  const { sessionId } = somebody.session;
  let rounds = 0;
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(round, { minLength: 1, maxLength: 2 }), async (scheduler, all) => {
      for (const { tabs, isForgotten } of all) {
        const interleaving = createInterleaving(scheduler);
        const cores = processes(interleaving);
        const successors = new Set<string>();
        const show = async (core: Core) => {
          const answer = await core.sessions.refresh(refreshToken, '');
          successors.add(answer.refreshToken);
          return answer;
        };
        const acting = tabs.map(({ process, uses, repeats }) => async () => {
          const core = cores[process] as Core;
          const { accessToken } = await show(core);
          if (uses) await core.sessions.authenticate(accessToken);
          if (repeats) await show(core);
        });
        const forgetting = async () => void (await interleaving.step('redis forgets', () => own.redis.client.del(`refresh:${sessionId}`)));
        await interleaving.play(isForgotten ? [...acting, forgetting] : acting);
        expect(successors.size).toBe(1);
        [refreshToken = ''] = successors;
        rounds += 1;
      }
    }),
    { numRuns, endOnFailure: true },
  );
  const { generation } = await own.database.primary.selectFrom('sessions').select('generation').where('id', '=', sessionId).executeTakeFirstOrThrow();
  expect(generation).toBe(rounds + 1);
});

test('a token from two turns ago ends the session, whoever comes beside it', { timeout: 300_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.nat({ max: 1 }), async (scheduler, thief) => {
      const victim: Somebody = await makeUser(own.core);
      const stolen = victim.session.refreshToken;
      const second = await own.core.sessions.refresh(stolen, '');
      const third = await own.core.sessions.refresh(second.refreshToken, '');
      const interleaving = createInterleaving(scheduler);
      const cores = processes(interleaving);
      const outcomes: string[] = [];
      const shows = (index: number, token: string) => async () => {
        await cores[index]!.sessions.refresh(token, '').then(() => outcomes.push('refreshed'), (error: { code?: string; message: string }) => outcomes.push(error.code ?? error.message));
      };
      await interleaving.play([shows(thief, stolen), shows(0, third.refreshToken), shows(1, third.refreshToken)]);
      expect(outcomes.toSorted().filter((outcome) => !['refreshed', 'session.ended'].includes(outcome))).toEqual([]);
      expect(outcomes).toContain('session.ended');
      await expect(own.core.sessions.authenticate(third.accessToken)).rejects.toMatchObject({ code: 'session.ended' });
      await expect(own.core.sessions.refresh(third.refreshToken, '')).rejects.toMatchObject({ code: 'session.ended' });
    }),
    { numRuns: Math.ceil(numRuns / 4), endOnFailure: true },
  );
});
