import type { Breakers, BreakerState } from './breaker.ts';
import type { Logger } from './logger.ts';

export type CheckReport = { status: 'ok' | 'failed'; durationMs: number; reason?: string };
export type Report = { status: 'ok' | 'failed'; reason?: string; checks: Record<string, CheckReport>; breakers?: Readonly<Record<string, BreakerState>> };

export type HealthOptions = {
  /** A check that rejects, or takes longer than timeoutMs, makes the process not ready. */
  checks: Record<string, () => Promise<void>>;
  /** Told in the report. An open one makes nothing not ready by itself: the checks say what this process cannot be without. */
  breakers?: Pick<Breakers, 'states'>;
  logger: Logger;
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

class CheckTimeout extends Error {}

export function createHealth({ checks, breakers, logger, cacheMs = 1000, timeoutMs = 2000 }: HealthOptions): Health {
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
      return [name, { status: 'failed', durationMs: durationMs(), reason: error instanceof CheckTimeout ? 'timeout' : 'error' }];
    }
  }

  async function runChecks(): Promise<Report> {
    const reports = Object.fromEntries(await Promise.all(Object.entries(checks).map(([name, check]) => runCheck(name, check))));
    const isReady = Object.values(reports).every((report) => report.status === 'ok');
    return { status: isReady ? 'ok' : 'failed', checks: reports, ...(breakers === undefined ? {} : { breakers: breakers.states() }) };
  }

  return {
    live: () => ({ status: 'ok', checks: {} }),
    async ready() {
      const now = performance.now();
      if (last === undefined || now - last.at >= cacheMs) last = { at: now, report: runChecks() };
      const report = await last.report;
      return stopping === undefined ? report : { ...report, status: 'failed', reason: stopping };
    },
    failReadiness(reason) {
      stopping ??= reason;
    },
  };
}

async function within(timeoutMs: number, work: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new CheckTimeout(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    await Promise.race([work(), expired]);
  } finally {
    clearTimeout(timer);
  }
}
