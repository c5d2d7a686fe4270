import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { childrenOf } from '../stack/children.ts';

export interface Measured {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failed: number;
}

/** So many at a time, each begun when the one before it has ended. What comes in the warm-up is not counted. */
export async function measure(work: (worker: number) => Promise<unknown>, { concurrency, warmUpMs, ms }: { concurrency: number; warmUpMs: number; ms: number }): Promise<Measured> {
  const durations: number[] = [];
  let failed = 0;
  const from = performance.now() + warmUpMs;
  const until = from + ms;
  async function loop(worker: number): Promise<void> {
    for (let startedAt = performance.now(); startedAt < until; startedAt = performance.now()) {
      const isAnswered = await work(worker).then(() => true, () => false);
      if (startedAt < from) continue;
      if (isAnswered) durations.push(performance.now() - startedAt);
      else failed += 1;
    }
  }
  await Promise.all(Array.from({ length: concurrency }, (_, worker) => loop(worker)));
  durations.sort((a, b) => a - b);
  const at = (share: number) => round(durations[Math.floor(share * (durations.length - 1))] ?? 0);
  return { perSecond: round(durations.length / ((performance.now() - from) / 1000)), p50Ms: at(0.5), p99Ms: at(0.99), failed };
}

/** Over connections that are kept. Rejects unless the answer is 200. */
export function createGetter(concurrency: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  return {
    get: (url: string, headers: Readonly<Record<string, string>> = {}): Promise<Buffer> =>
      new Promise((resolve, reject) => {
        request(url, { agent, headers }, (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => (response.statusCode === 200 ? resolve(Buffer.concat(chunks)) : reject(new Error(`answered ${response.statusCode}: ${Buffer.concat(chunks).toString()}`))));
          response.on('error', reject);
        }).on('error', reject).end();
      }),
    close: () => agent.destroy(),
  };
}

/** CPU time that a process has used, with all that it started: unlike throughput it does not depend on what else the machine does. */
export function cpuMs(pid: number): number {
  const ticks = (of: number): number => {
    // Behind the name, which may hold anything: utime, stime, and those of children that have ended.
    const fields = readFileSync(`/proc/${of}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
    return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  };
  const total = [pid, ...childrenOf(pid)].reduce((sum, each) => {
    try {
      return sum + ticks(each);
    } catch {
      // It has ended in the meantime, and its parent has its time.
      return sum;
    }
  }, 0);
  return total * 10;
}

/** What figures mean nothing without. */
export function machine() {
  return { cores: availableParallelism(), model: cpus()[0]?.model ?? 'unknown', loadBefore: round(loadavg()[0] ?? 0), node: process.version };
}

export function printTable(rows: readonly Readonly<Record<string, string | number>>[]): void {
  const columns = Object.keys(rows[0] ?? {});
  const lines = [columns, ...rows.map((row) => columns.map((column) => String(row[column] ?? '')))];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)));
  for (const line of lines) console.log(line.map((cell, index) => (index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0))).join('  '));
}

export const round = (value: number): number => Math.round(value * 100) / 100;
