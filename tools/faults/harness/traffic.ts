import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ProblemError } from '@confab/sdk';
import type { Operation, Outcome } from '../invariants/history.ts';
import type { Cast, Player } from './cast.ts';
import { now } from './recorder.ts';
import type { Recorder } from './recorder.ts';

const everyMs = 200;
const pageSize = 20;

/** Every sender says something to each room in turn, and looks every other time whether it is there. */
export function startConversation({ senders, rooms, removed, signedOut, readWith }: Cast, { operations }: Recorder): { stop(): Promise<void> } {
  let isOver = false;

  async function noted(kind: Operation['kind'], { name }: Player, room: string, nonce: string | undefined, work: () => Promise<Partial<Operation>>): Promise<boolean> {
    const startedAt = now();
    const common = { kind, by: name, room, ...(nonce === undefined ? {} : { nonce }), startedAt };
    try {
      const found = await work();
      operations.push({ ...common, ...found, endedAt: now(), outcome: 'ok' });
      return true;
    } catch (error) {
      operations.push({ ...common, endedAt: now(), outcome: outcomeOf(error), code: error instanceof ProblemError ? error.code : String(error) });
      return false;
    }
  }

  const say = (player: Player, room: string): Promise<boolean> => {
    const nonce = randomBytes(9).toString('base64url');
    return noted('send', player, room, nonce, async () => {
      const { id, seq } = await player.confab.rest.createMessage(room, { content: `from ${player.name}`, nonce });
      return { message: { id, seq } };
    });
  };
  const read = (player: Player, room: string): Promise<boolean> =>
    noted('read', player, room, undefined, async () => {
      const { items } = await player.confab.rest.listMessages(room, { limit: pageSize });
      return { page: items.map(({ id, seq }) => ({ id, seq })) };
    });

  const talking = senders.map(async (player, index) => {
    await sleep((everyMs / senders.length) * index);
    for (let n = index; !isOver; n += 1) {
      const room = rooms[n % rooms.length] ?? '';
      if ((await say(player, room)) && Math.floor(n / rooms.length) % 2 === index % 2) await read(player, room);
      await sleep(everyMs);
    }
  });
  // One reads on where he is put out, and one with what his session was given, each to be refused there.
  const token = signedOut.confab.auth.session?.accessToken ?? '';
  const lurkings = [
    () => read(removed, rooms.at(-1) ?? ''),
    () => noted('read', signedOut, rooms[0] ?? '', undefined, async () => ({ page: await readWith(token, rooms[0] ?? '') })),
  ].map(async (lurk) => {
    for (; !isOver; await sleep(400)) await lurk();
  });
  return {
    async stop() {
      isOver = true;
      await Promise.all([...talking, ...lurkings]);
    },
  };
}

/** A refusal with a reason is known to have had no effect; whatever may pass is not. */
function outcomeOf(error: unknown): Outcome {
  return error instanceof ProblemError && error.status < 500 && ![401, 429].includes(error.status) ? 'fail' : 'info';
}
