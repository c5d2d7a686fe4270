import { createInterleaving } from '@confab/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeMembers, makeRoom, makeUser, newNonce, startTestCore, type Somebody, type TestCore } from '../testing/factories.ts';

const numRuns = Number(process.env['RACE_RUNS'] ?? 12);

let test: TestCore;
let ada: Somebody;
let bob: Somebody;
beforeAll(async () => {
  test = await startTestCore();
  [ada, bob] = await Promise.all([makeUser(test.core), makeUser(test.core)]);
});
afterAll(() => test.stop());

/** Sent again because no answer came, perhaps to another process; once in a while under a nonce that is already another text's. */
const send = fc.record({ process: fc.nat({ max: 1 }), who: fc.nat({ max: 1 }), nonce: fc.nat({ max: 1 }), text: fc.constantFrom('well', 'well', 'well', 'other') });
/** He leaves and comes back: a send that meets this is judged anew. */
const moves = fc.boolean();

it(`one nonce of one author is one message, whichever round trip is late (${numRuns} interleavings)`, { timeout: 300_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(send, { minLength: 3, maxLength: 5 }), moves, async (scheduler, sends, bobMoves) => {
      const room = await makeRoom(test.core, ada);
      await makeMembers(test.core, ada, room.id, bob);
      const nonces = [newNonce(), newNonce()];
      const { play, step, steppingRedis } = createInterleaving(scheduler);
      const real = test.database;
      const database = { ...real, primary: real.primary, write: ((work) => step('transaction', () => real.write(work))) as typeof real.write };
      const cores = [0, 1].map(() => test.another({ database, redis: steppingRedis(test.redis) }));
      const made = new Map<string, { id: string; content: string }>();
      const refusals: string[] = [];

      const sending = sends.map(({ process, who, nonce, text }) => async () => {
        const author = who === 0 ? ada : bob;
        const key = `${who} ${nonce}`;
        try {
          const { message } = await cores[process]!.messages.send(author.actor, room.id, { content: text, nonce: nonces[nonce] ?? '' });
          expect(message).toMatchObject({ id: made.get(key)?.id ?? message.id, content: text });
          made.set(key, message);
        } catch (error) {
          const { code } = error as { code?: string };
          if (code === undefined) throw error;
          refusals.push(code);
        }
      });
      const moving = async () => {
        await cores[0]!.members.leave(bob.actor, room.id);
        await cores[1]!.members.join(bob.actor, room.id);
      };
      await play(bobMoves ? [...sending, moving] : sending);

      const allowed = ['message.nonce_reused', ...(bobMoves ? ['room.forbidden'] : [])];
      expect(refusals.filter((code) => !allowed.includes(code))).toEqual([]);
      const log = (await test.log(`room:${room.id}`)).filter(({ type }) => type === 'message.created').map(({ d }) => (d as { id: string }).id);
      expect(log.toSorted()).toEqual([...made.values()].map(({ id }) => id).toSorted());
    }),
    { numRuns, endOnFailure: true },
  );
});
