import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createTestDatabase, emptyTestRedis, freePort, startOtlpReceiver } from '@confab/testing';
import { checkout } from '../stack/places.ts';
import { median, quantile } from './figures.ts';
import setUpServers from '../test/global-setup.ts';

/**
 * What tracing costs a send and a read, off and at three ratios, as ratios to off: CPU time of the API's process a request, which
 * a busy machine blurs less than the clock, and the median time to the answer. All in one run, round by round in changing order.
 *
 *   pnpm bench tracing [--rounds 12] [--requests 300] [--without <checkout>]
 *
 * `--without` names another checkout with its packages installed: its API is measured against the same servers, so that "off" can be
 * compared with the code as it was before it could be traced.
 */
const { values } = parseArgs({ allowPositionals: true, options: { rounds: { type: 'string', default: '12' }, requests: { type: 'string', default: '300' }, without: { type: 'string' } } });
const rounds = Number(values.rounds);
const requests = Number(values.requests);
const users = 20;
const concurrency = 8;
const ticksPerSecond = 100;

type Variant = { name: string; child: ChildProcess; url: string };
type Sample = { cpuMs: number; medianMs: number };
type Work = 'send' | 'read';
type Caller = { token: string; roomId: string; address: string };

const stopServers = await setUpServers();
const receiver = await startOtlpReceiver();
const [database, redisUrl] = await Promise.all([createTestDatabase(), emptyTestRedis()]);
const variants: Variant[] = [];
try {
  const traced = (ratio: string) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: ratio });
  if (values.without !== undefined) variants.push(await start('without', values.without, {}));
  variants.push(await start('off', checkout, {}));
  for (const ratio of ['0', '0.1', '1']) variants.push(await start(`ratio ${ratio}`, checkout, traced(ratio)));
  const callers = await makeCallers(variants[0]?.url ?? '');
  report(await measure(callers));
  console.log(`\n${receiver.spans.length} spans came in`);
} finally {
  for (const { child } of variants) child.kill('SIGKILL');
  await database.drop();
  await receiver.stop();
  await stopServers();
}

async function start(name: string, from: string, env: Record<string, string>, triesLeft = 3): Promise<Variant> {
  const [port, opsPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, [join(from, 'apps/api/src/main.ts')], {
    cwd: from,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      API_PORT: String(port),
      API_OPS_PORT: String(opsPort),
      DATABASE_URL: database.applicationUrl,
      DATABASE_REPLICA_URLS: database.applicationReplicaUrl,
      REDIS_URL: redisUrl,
      CONFAB_SECRET: Buffer.alloc(32, 7).toString('base64url'),
      PUBLIC_URL: url,
      GATEWAY_URLS: 'ws://127.0.0.1:3001/gateway?v=1',
      TRUST_PROXY: '1',
      CONFAB_PARENT_PID: String(process.pid),
      ...env,
    },
  });
  for (let attempt = 0; ; attempt += 1) {
    const answer = await fetch(`${url}/api/v1/users/me`).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer !== undefined) return { name, child, url };
    // Somebody else may have taken its port.
    if (child.exitCode !== null && triesLeft > 0) return start(name, from, env, triesLeft - 1);
    if (attempt > 600 || child.exitCode !== null) throw new Error(`${name} did not start`);
    await delay(100);
  }
}

async function call<T>(url: string, method: string, path: string, { token, address }: Partial<Caller>, body?: object): Promise<T> {
  const headers = { 'x-forwarded-for': address ?? '10.0.0.1', ...(token && { authorization: `Bearer ${token}` }), ...(body && { 'content-type': 'application/json' }) };
  const response = await fetch(`${url}/api/v1${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text) as T;
}

async function makeCallers(url: string): Promise<Caller[]> {
  const callers: Caller[] = [];
  for (let index = 0; index < users; index += 1) {
    const address = `10.1.0.${index + 1}`;
    const username = `bench-${randomUUID().slice(0, 8)}`;
    const { accessToken: token } = await call<{ accessToken: string }>(url, 'POST', '/auth/register', { address }, { username, email: `${username}@example.org`, password: randomUUID() });
    const { id: roomId } = await call<{ id: string }>(url, 'POST', '/rooms', { address, token }, { name: username, kind: 'public' });
    callers.push({ token, roomId, address });
  }
  return callers;
}

/** Variant -> work -> one sample a round; the first two rounds warm up and are left out. */
async function measure(callers: readonly Caller[]): Promise<Map<string, Record<Work, Sample[]>>> {
  const samples = new Map(variants.map(({ name }) => [name, { send: [] as Sample[], read: [] as Sample[] }]));
  for (let round = -2; round < rounds; round += 1) {
    for (let turn = 0; turn < variants.length; turn += 1) {
      const variant = variants[(turn + round + 2) % variants.length];
      if (variant === undefined) continue;
      for (const work of ['send', 'read'] as const) {
        const sample = await run(variant, work, callers);
        if (round >= 0) samples.get(variant.name)?.[work].push(sample);
      }
    }
    process.stderr.write('.');
  }
  return samples;
}

async function run({ url, child }: Variant, work: Work, callers: readonly Caller[]): Promise<Sample> {
  const times: number[] = [];
  const before = cpuMs(child.pid);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let mine = next++; mine < requests; mine = next++) {
      const caller = callers[mine % callers.length] as Caller;
      const path = `/rooms/${caller.roomId}/messages`;
      const startedAt = performance.now();
      if (work === 'send') await call(url, 'POST', path, caller, { content: 'a message of middling length, as people write them', nonce: randomUUID() });
      else await call(url, 'GET', `${path}?limit=50`, caller);
      times.push(performance.now() - startedAt);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  // What is told after the answer (events, spans) is part of the price.
  await delay(300);
  return { cpuMs: (cpuMs(child.pid) - before) / requests, medianMs: median(times) };
}

/** User and system time of a process so far. */
function cpuMs(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / ticksPerSecond;
}

function report(samples: Map<string, Record<Work, Sample[]>>): void {
  console.log(`${rounds} rounds of ${requests} requests, ${concurrency} at a time; a ratio is the median of the rounds' (its quartiles)\n`);
  console.log(['work', 'variant', 'CPU ms', 'of off', 'median ms', 'of off'].map(cell).join(''));
  const off = samples.get('off');
  for (const work of ['send', 'read'] as const) {
    for (const [name, of] of samples) {
      const cpu = of[work].map((sample) => sample.cpuMs);
      const time = of[work].map((sample) => sample.medianMs);
      const ratios = (mine: readonly number[], key: keyof Sample) => mine.map((value, round) => value / (off?.[work][round]?.[key] ?? Number.NaN));
      console.log([work, name, median(cpu).toFixed(3), spread(ratios(cpu, 'cpuMs')), median(time).toFixed(2), spread(ratios(time, 'medianMs'))].map(cell).join(''));
    }
  }
}

function spread(values: readonly number[]): string {
  return `${median(values).toFixed(3)} (${quantile(values, 0.25).toFixed(2)}-${quantile(values, 0.75).toFixed(2)})`;
}

function cell(text: string): string {
  return text.padEnd(22);
}
