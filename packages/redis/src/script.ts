import { createHash } from 'node:crypto';
import { ErrorReply } from 'redis';
import { assertOneSlot } from './slot.ts';

export type Argument = string | Buffer;

type Evaluator = {
  evalSha(sha: string, options: { keys: Argument[]; arguments: Argument[] }): Promise<unknown>;
  eval(lua: string, options: { keys: Argument[]; arguments: Argument[] }): Promise<unknown>;
};

export type Script = {
  /** On `redis.client`, or on `redis.buffers` for replies that are not text. */
  run(client: Evaluator, keys: Argument[], args?: Argument[]): Promise<unknown>;
};

/** Sent by its digest; by its text when the server does not know it (yet, or any more). Throws unless all keys share a hash tag. */
export function defineScript({ lua, numberOfKeys }: { lua: string; numberOfKeys: number }): Script {
  const sha = createHash('sha1').update(lua).digest('hex');
  return {
    async run(client, keys, args = []) {
      if (keys.length !== numberOfKeys) throw new TypeError(`the script takes ${numberOfKeys} keys`);
      assertOneSlot(keys);
      const options = { keys, arguments: args };
      try {
        return await client.evalSha(sha, options);
      } catch (error) {
        if (error instanceof ErrorReply && error.message.startsWith('NOSCRIPT')) return client.eval(lua, options);
        throw error;
      }
    },
  };
}
