import type { Health } from './health.ts';
import type { Logger } from './logger.ts';
import { watchParent } from './parent-watch.ts';

export type LifecycleOptions = {
  logger: Logger;
  /** How long everything together may take to stop. Beyond it the process exits 1. */
  graceMs: number;
  /** How long, asked to stop, the process goes on as before but says that it is not ready: balancers need it to send nobody here any more. */
  noticeMs?: number;
  /** Stops when this process ends, even by SIGKILL. */
  parentPid?: number | undefined;
};

export type Lifecycle = {
  /** Registers what must be ended. The last registered is ended first, one after the other. */
  onStop(name: string, stop: () => Promise<void> | void): void;
  /** The report that shall say "not ready" as soon as stopping begins. */
  failReadinessOf(health: Health): void;
  /** True from the first signal on: whoever can go elsewhere should. */
  readonly isLeaving: boolean;
  /** True when the notice is over: nothing new is begun. */
  readonly isStopping: boolean;
  /** Begins the orderly end at once. */
  stop(reason: string): void;
};

/** Takes over signals and stray errors of this process. One a process, made first. */
export function createLifecycle({ logger, graceMs, noticeMs = 0, parentPid }: LifecycleOptions): Lifecycle {
  const hooks: { name: string; stop: () => Promise<void> | void }[] = [];
  const healths: Health[] = [];
  let isLeaving = false;
  let isStopping = false;

  function leave(signal: string): void {
    if (isLeaving || noticeMs === 0) return stop(signal);
    isLeaving = true;
    logger.info({ reason: signal, noticeMs }, 'leaving');
    for (const health of healths) health.failReadiness('stopping');
    setTimeout(() => stop(signal), noticeMs);
  }

  async function end(reason: string): Promise<void> {
    const startedAt = performance.now();
    logger.info({ reason }, 'stopping');
    for (const health of healths) health.failReadiness('stopping');
    let current = '';
    let exitCode = 0;
    setTimeout(() => {
      logger.error({ hook: current, graceMs }, 'not stopped in time');
      process.exit(1);
    }, graceMs);
    for (const hook of hooks.toReversed()) {
      current = hook.name;
      try {
        await hook.stop();
      } catch (error) {
        logger.error({ hook: hook.name, err: error }, 'could not stop');
        exitCode = 1;
      }
    }
    logger.info({ durationMs: Math.round(performance.now() - startedAt) }, 'stopped');
    process.exit(exitCode);
  }

  function stop(reason: string): void {
    if (isStopping) return;
    isLeaving = isStopping = true;
    void end(reason);
  }

  function crash(kind: string, error: unknown): void {
    logger.fatal({ err: error, kind }, 'crashed');
    process.exit(1);
  }

  process.on('SIGTERM', () => leave('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
  process.on('uncaughtException', (error) => crash('uncaughtException', error));
  process.on('unhandledRejection', (error) => crash('unhandledRejection', error));
  if (parentPid !== undefined) watchParent(parentPid, () => stop('parent ended'));

  return {
    onStop: (name, hook) => void hooks.push({ name, stop: hook }),
    failReadinessOf: (health) => void healths.push(health),
    get isLeaving() {
      return isLeaving;
    },
    get isStopping() {
      return isStopping;
    },
    stop,
  };
}
