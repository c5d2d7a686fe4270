import { BreakerOpen, type Breakers, type BreakerState } from './breaker.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';

export type CheckReport = { status: 'ok' | 'failed'; durationMs: number; reason?: string };
export type Report = { status: 'ok' | 'failed'; reason?: string; checks: Record<string, CheckReport>; breakers?: Readonly<Record<string, BreakerState>> };

export type HealthOptions = {
  /** A check that rejects, or takes longer than timeoutMs, makes the process not ready. */
  checks: Record<string, () => Promise<void>>;
  /** Told in the report. An open one makes nothing not ready by itself: the checks say what this process cannot be without. */
  breakers?: Pick<Breakers, 'states'>;
  logger: Logger;
  metrics?: Metrics;
  cacheMs?: number;
  timeoutMs?: number;
};

export type Health = {
  /** The process answers. Touches nothing. */
  live(): Report;
  /** Everything it needs answers too. Asked at most once in cacheMs, whoever asks. */
  ready(): Promise<Report>;
  /** From now on not ready, whatever the checks say: the process is stopping. */
  failReadiness(reason: string): void;
};

/** A check's failure whose reason may be told to everybody: a constant of the code. */
export class CheckFailed extends Error {
  readonly reason: string;

  constructor(reason: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CheckFailed';
    this.reason = reason;
  }
}

export function createHealth({ checks, breakers, logger, metrics, cacheMs = 1000, timeoutMs = 2000 }: HealthOptions): Health {
  let stopping: string | undefined;
  let last: { at: number; report: Promise<Report> } | undefined;
  const failing = new Set<string>();

  async function runCheck(name: string, check: () => Promise<void>): Promise<[string, CheckReport]> {
    const startedAt = performance.now();
    const durationMs = () => Math.round(performance.now() - startedAt);
    try {
      await within(timeoutMs, check);
      if (failing.delete(name)) logger.info({ check: name }, 'check recovered');
      return [name, { status: 'ok', durationMs: durationMs() }];
    } catch (error) {
      if (!failing.has(name)) logger.warn({ check: name, err: error }, 'check failed');
      failing.add(name);
      // The error itself stays in the log: this report is public.
      return [name, { status: 'failed', durationMs: durationMs(), reason: reasonOf(error) }];
    }
  }

  async function runChecks(): Promise<Report> {
    const reports = Object.fromEntries(await Promise.all(Object.entries(checks).map(([name, check]) => runCheck(name, check))));
    const isReady = Object.values(reports).every((report) => report.status === 'ok');
    return { status: isReady ? 'ok' : 'failed', checks: reports, ...(breakers === undefined ? {} : { breakers: breakers.states() }) };
  }

  async function ready(): Promise<Report> {
    const now = performance.now();
    if (last === undefined || now - last.at >= cacheMs) last = { at: now, report: runChecks() };
    const report = await last.report;
    return stopping === undefined ? report : { ...report, status: 'failed', reason: stopping };
  }

  metrics?.gauge({
    name: 'confab_health_check_ok',
    help: 'Whether what the process needs answers: 1 or 0, by check. Asked when it is scraped, at most once a second.',
    labelNames: ['check'],
    async collect() {
      for (const [check, { status }] of Object.entries((await ready()).checks)) this.set({ check }, status === 'ok' ? 1 : 0);
    },
  });

  return {
    live: () => ({ status: 'ok', checks: {} }),
    ready,
    failReadiness(reason) {
      stopping ??= reason;
    },
  };
}

function reasonOf(error: unknown): string {
  if (error instanceof CheckFailed) return error.reason;
  if (error instanceof BreakerOpen) return 'breaker_open';
  // The clients of servers agree on no class or code for it.
  return unreachable.test(`${String((error as { code?: unknown } | null)?.code)} ${String(error)}`) ? 'unreachable' : 'error';
}

const unreachable = /ECONN|EHOSTUNREACH|ENOTFOUND|EPIPE|is offline|closed unexpectedly|connection (terminated|timeout)|57P0[123]/i;

async function within(timeoutMs: number, work: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new CheckFailed('timeout', `no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    await Promise.race([work(), expired]);
  } finally {
    clearTimeout(timer);
  }
}
