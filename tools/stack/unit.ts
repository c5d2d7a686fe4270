import { setTimeout as sleep } from 'node:timers/promises';
import { tailOf } from './process.ts';
import type { Exit, RunningProcess } from './process.ts';

/** One server of the stack. It keeps its port and addresses when it is started again. */
export type Unit = {
  readonly name: string;
  readonly port: number;
  readonly url?: string;
  readonly opsUrl?: string;
  readonly pid: number;
  /** Ends with the process that runs now. */
  readonly exited: Promise<Exit>;
  signal(signal: NodeJS.Signals): void;
  stop(): Promise<void>;
  /** Starts it again after it ended; returns when it serves. */
  start(): Promise<void>;
};

type Plan = {
  name: string;
  port: number;
  url?: string;
  opsUrl?: string;
  logFile: string;
  launch: () => Promise<RunningProcess>;
  /** Resolves when it serves; is asked again until it does not throw. */
  probe: (process: RunningProcess) => Promise<void>;
  timeoutMs: number;
};

export async function startUnit({ launch, probe, logFile, timeoutMs, ...facts }: Plan): Promise<Unit> {
  const run = async (): Promise<RunningProcess> => {
    const process = await launch();
    try {
      await untilReady(facts.name, process, () => probe(process), logFile, timeoutMs);
    } catch (error) {
      await process.stop();
      throw error;
    }
    return process;
  };
  let current = await run();
  return {
    ...facts,
    get pid() {
      return current.pid;
    },
    get exited() {
      return current.exited;
    },
    signal: (signal) => current.signal(signal),
    stop: () => current.stop(),
    async start() {
      await current.exited;
      current = await run();
    },
  };
}

async function untilReady(
  name: string, process: RunningProcess, probe: () => Promise<void>, logFile: string, timeoutMs: number,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let ended: Exit | undefined;
  const watch = process.exited.then((exit) => {
    ended = exit;
  });
  for (;;) {
    const failure = await Promise.race([probe().then(() => undefined, (error: unknown) => error ?? new Error('no answer')), watch]);
    if (ended !== undefined) throw new Error(`${name} ended at once (${ended.signal ?? `code ${ended.code}`}):\n${tailOf(logFile)}`);
    if (failure === undefined) return;
    if (Date.now() > deadline) throw new Error(`${name} did not answer within ${timeoutMs} ms:\n${tailOf(logFile)}`, { cause: failure });
    await Promise.race([sleep(40), watch]);
  }
}
