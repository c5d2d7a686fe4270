import { randomBytes } from 'node:crypto';
import type { Player } from '../harness/cast.ts';
import type { Stage } from '../harness/stage.ts';
import { repeated } from './repeated.ts';

const lanes = 6;
/** Four bytes each, and nearly as many as a message may have; its event bears them twice. */
const content = '𝄞'.repeat(3_900);

export interface Flood {
  readonly stream: string;
  /** Answers the number of the last that was said. */
  stop(): Promise<number>;
}

/**
 * Large messages, until it is enough: the kernel holds some MB between a gateway and who does not read. They are said in a room of
 * these alone: in the rooms of the cast nothing may be that the conversation does not know of.
 */
export async function openFlood({ servers }: Stage, [speaker, ...others]: readonly [Player, ...Player[]]): Promise<{ start(isEnough: () => boolean): Flood }> {
  const { rest } = speaker.confab;
  const { id } = await rest.createRoom({ name: 'Flood', kind: 'private' });
  for (const { userId } of others) await rest.addMember(id, { userId });
  return {
    start(isEnough) {
      let isOver = false;
      let last = 0;
      const say = async (): Promise<void> => {
        if (isOver) return;
        // What is refused is one less.
        const said = await rest.createMessage(id, { content, nonce: randomBytes(9).toString('base64url') }).catch(() => undefined);
        last = Math.max(last, said?.seq ?? 0);
      };
      const look = async (): Promise<void> => {
        isOver ||= isEnough();
        await servers.forgetLimits();
      };
      const stops = [repeated(look, 200), ...Array.from({ length: lanes }, () => repeated(say, 1))];
      return {
        stream: `room:${id}`,
        async stop() {
          await Promise.all(stops.map((stop) => stop()));
          return last;
        },
      };
    },
  };
}
