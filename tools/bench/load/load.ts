import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { SigningSecrets } from '../rig/people.ts';
import { cores } from '../rig/pinned.ts';
import type { Commands } from './process.ts';

export interface Servers extends SigningSecrets {
  readonly databaseUrl: string;
  readonly redisUrl: string;
}

export type Name = keyof Commands;
export type Given<N extends Name> = Parameters<Commands[N]>[0];
export type Answered<N extends Name> = Awaited<ReturnType<Commands[N]>>;

/** The process that makes the load and takes the times, on a core of its own. */
export interface Load {
  readonly pid: number;
  run<N extends Name>(name: N, given: Given<N>): Promise<Answered<N>>;
  stop(): Promise<void>;
}

export async function startLoad(servers: Servers): Promise<Load> {
  const child = spawn('taskset', ['-c', String(cores.load), 'setpriv', '--pdeathsig=KILL', process.execPath, '--max-semi-space-size=64', join(import.meta.dirname, 'process.ts')], {
    env: { PATH: process.env['PATH'], BENCH_SERVERS: JSON.stringify(servers) },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let asked = 0;
  child.on('message', ({ id, answer, error }: { id: number; answer?: unknown; error?: string }) => {
    const one = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) one?.resolve(answer);
    else one?.reject(new Error(error));
  });
  void exited.then(() => {
    for (const one of waiting.values()) one.reject(new Error('the process that makes the load ended'));
  });
  return {
    pid: child.pid ?? 0,
    run(name, given) {
      const answer = Promise.withResolvers<unknown>();
      const id = (asked += 1);
      waiting.set(id, answer);
      child.send({ id, name, given });
      return answer.promise as Promise<Answered<typeof name>>;
    },
    async stop() {
      child.disconnect();
      child.kill('SIGKILL');
      await exited;
    },
  };
}
