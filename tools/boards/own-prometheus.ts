import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { checkout } from '../stack/places.ts';
import { createPorts } from '../stack/ports.ts';
import { startProcess } from '../stack/process.ts';
import type { PrometheusPrograms } from './promtool.ts';

export type Sample = { readonly labels: Readonly<Record<string, string>>; readonly value: number };

export type OwnPrometheus = {
  /** An instant query; throws what Prometheus says against it. */
  query(expression: string): Promise<Sample[]>;
  /** The alert rules that it has, with what went wrong when they were last evaluated; none before they all were. */
  rules(): Promise<readonly { name: string; error: string }[]>;
  stop(): Promise<void>;
};

type Answer<T> = { status: string; error?: string; data: T };
type Rule = { name: string; lastError?: string; lastEvaluation: string };

export const alertsFile = join(checkout, 'tools/boards/prometheus/alerts.yml');

/** A Prometheus that scrapes these every two seconds, with the alerts of the repository. */
export async function startOwnPrometheus({ programs, folder, targets }: { programs: PrometheusPrograms; folder: string; targets: readonly string[] }): Promise<OwnPrometheus> {
  await mkdir(folder, { recursive: true });
  const config = join(folder, 'prometheus.yml');
  await writeFile(config, JSON.stringify({
    global: { scrape_interval: '2s', scrape_timeout: '2s', evaluation_interval: '2s' },
    rule_files: [alertsFile],
    scrape_configs: [{ job_name: 'confab', static_configs: [{ targets }] }],
  }));
  const port = await createPorts().take();
  const url = `http://127.0.0.1:${port}`;
  const server = await startProcess({
    name: 'prometheus',
    command: programs.commands.prometheus,
    args: [`--config.file=${config}`, `--storage.tsdb.path=${join(folder, 'data')}`, `--web.listen-address=127.0.0.1:${port}`, '--log.level=warn'],
    cwd: folder,
    env: programs.env,
    logFile: join(folder, 'prometheus.log'),
    stopSignal: 'SIGTERM',
    graceMs: 10_000,
  });

  async function ask<T>(path: string): Promise<T> {
    const answer = (await (await fetch(`${url}/api/v1/${path}`)).json()) as Answer<T>;
    if (answer.status !== 'success') throw new Error(`${decodeURIComponent(path)}: ${answer.error}`);
    return answer.data;
  }

  try {
    await untilReady(url);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return {
    async query(expression) {
      const { result } = await ask<{ result: { metric: Record<string, string>; value: [number, string] }[] }>(`query?query=${encodeURIComponent(expression)}`);
      return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    },
    async rules() {
      const { groups } = await ask<{ groups: { rules: Rule[] }[] }>('rules?type=alert');
      const rules = groups.flatMap((group) => group.rules);
      return rules.every(({ lastEvaluation }) => !lastEvaluation.startsWith('0001-')) ? rules.map(({ name, lastError = '' }) => ({ name, error: lastError })) : [];
    },
    stop: () => server.stop(),
  };
}

async function untilReady(url: string): Promise<void> {
  for (const until = Date.now() + 30_000; ; await delay(100)) {
    const isReady = await fetch(`${url}/-/ready`).then(({ ok }) => ok, () => false);
    if (isReady) return;
    if (Date.now() > until) throw new Error('Prometheus is not ready after 30 s');
  }
}
