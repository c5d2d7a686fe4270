import type { Health, Report } from './health.ts';
import type { Metrics } from './metrics.ts';

export type About = { readonly process: string; readonly version: string };

/** One process as `confab status` shows it. Not for the public: it names versions. */
export type Status = About & {
  readonly nodeVersion: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly uptimeSeconds: number;
  readonly readiness: Report;
  /** What this kind of process has to tell: sockets, jobs, replicas. */
  readonly figures: Readonly<Record<string, unknown>>;
};

export type StatusSource = () => Promise<Status>;

export type StatusOptions = { about: About; health: Health; metrics: Metrics; figures: () => Promise<Readonly<Record<string, unknown>>> };

export function createStatus({ about, health, metrics, figures }: StatusOptions): StatusSource {
  const startedAt = Date.now() - process.uptime() * 1000;
  metrics
    .gauge({ name: 'confab_build_info', help: 'Always 1; the labels say which version of Confab runs on which Node.', labelNames: ['version', 'node_version'] })
    .set({ version: about.version, node_version: process.version }, 1);
  return async () => ({
    ...about,
    nodeVersion: process.version,
    pid: process.pid,
    startedAt: new Date(startedAt).toISOString(),
    uptimeSeconds: Math.round(process.uptime()),
    readiness: await health.ready(),
    figures: await figures(),
  });
}
