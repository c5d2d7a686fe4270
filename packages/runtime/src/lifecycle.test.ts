import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';

const door = new URL('./index.ts', import.meta.url).href;

/** A process of its own that runs the script; its lines, and how it ended. */
function start(script: string, env: Record<string, string> = {}) {
  const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', `${prelude}\n${script}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  child.stdout?.on('data', (chunk) => (output += String(chunk)));
  const ended = once(child, 'close').then(([code, signal]) => ({ code: code as number | null, signal: signal as string | null }));
  return {
    child,
    ended,
    output: () => output,
    messages: () => output.trim().split('\n').map((line) => (JSON.parse(line) as { msg: string }).msg),
    says: (text: string) => expect.poll(() => output, { timeout: 15_000 }).toContain(text),
  };
}

const prelude = `
  import { createHealth, createLifecycle, createLogger } from ${JSON.stringify(door)};
  const logger = createLogger({ name: 'child', level: 'info', pretty: false });
  const parentPid = process.env.PARENT === undefined ? undefined : Number(process.env.PARENT);
  const lifecycle = createLifecycle({ logger, graceMs: 1000, noticeMs: Number(process.env.NOTICE_MS ?? 0), parentPid });
  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  setInterval(() => {}, 1000);
`;

test.each(['SIGTERM', 'SIGINT'] as const)('%s: not ready, then everything ends in reverse order, then 0', async (signal) => {
  const { child, ended, says, messages } = start(`
    const health = createHealth({ logger, checks: {} });
    lifecycle.failReadinessOf(health);
    lifecycle.onStop('database', () => logger.info('database'));
    lifecycle.onStop('server', async () => { const { status } = await health.ready(); await sleep(300); logger.info('server ' + status); });
    logger.info('ready');
  `);
  await says('ready');
  child.kill(signal);
  await says('stopping');
  child.kill('SIGTERM');
  child.kill('SIGINT');
  expect(await ended).toEqual({ code: 0, signal: null });
  expect(messages()).toEqual(['ready', 'stopping', 'server failed', 'database', 'stopped']);
});

const leaving = `
  const health = createHealth({ logger, checks: {} });
  lifecycle.failReadinessOf(health);
  lifecycle.onStop('server', () => logger.info('server'));
  process.on('SIGTERM', async () => logger.info((await health.ready()).status + ' ' + lifecycle.isLeaving + ' ' + lifecycle.isStopping));
  logger.info('ready');
`;

test('SIGTERM with a notice: not ready, and goes on until it is over', async () => {
  const { child, ended, says, messages, output } = start(leaving, { NOTICE_MS: '700' });
  await says('ready');
  child.kill('SIGTERM');
  await says('leaving');
  expect(await ended).toEqual({ code: 0, signal: null });
  expect(messages()).toEqual(['ready', 'leaving', 'failed true false', 'stopping', 'server', 'stopped']);
  const times = output().trim().split('\n').map((line) => JSON.parse(line) as { msg: string; time: string }).filter(({ msg }) => msg === 'leaving' || msg === 'stopping');
  const [left, stopped] = times.map(({ time }) => Date.parse(time)) as [number, number];
  expect(stopped - left).toBeGreaterThanOrEqual(695);
});

test('whoever sits at the terminal need not wait for balancers', async () => {
  const { child, ended, says, messages } = start(leaving, { NOTICE_MS: '60000' });
  await says('ready');
  child.kill('SIGTERM');
  await says('failed true false');
  child.kill('SIGINT');
  expect(await ended).toEqual({ code: 0, signal: null });
  expect(messages()).toEqual(['ready', 'leaving', 'failed true false', 'stopping', 'server', 'stopped']);
});

test('what does not end in time is named, and the process ends all the same', async () => {
  const { child, ended, says, output } = start(`lifecycle.onStop('stuck', () => new Promise(() => {})); logger.info('ready');`);
  await says('ready');
  const startedAt = performance.now();
  child.kill('SIGTERM');
  expect(await ended).toEqual({ code: 1, signal: null });
  expect(performance.now() - startedAt).toBeLessThan(8_000);
  expect(output()).toContain('"hook":"stuck"');
});

test('a hook that throws does not keep the others from ending', async () => {
  const { child, ended, says, messages } = start(`
    lifecycle.onStop('first', () => logger.info('first'));
    lifecycle.onStop('second', () => { throw new Error('no'); });
    logger.info('ready');
  `);
  await says('ready');
  child.kill('SIGTERM');
  expect((await ended).code).toBe(1);
  expect(messages()).toEqual(['ready', 'stopping', 'could not stop', 'first', 'stopped']);
});

test.each([
  ['an exception', `setTimeout(() => { throw new Error('lost'); }, 10);`, 'uncaughtException'],
  ['a rejection', `Promise.reject(new Error('lost'));`, 'unhandledRejection'],
])('%s that nobody handles is logged and ends the process', async (_what, script, kind) => {
  const { ended, output } = start(script);
  expect((await ended).code).toBe(1);
  expect(JSON.parse(output().trim())).toMatchObject({ level: 'fatal', msg: 'crashed', kind, err: { message: 'lost' } });
});

test('ends in order when the parent is killed, though nobody reaps it', async () => {
  // Us, a grandparent, the parent under watch, the child. The grandparent sleeps while the parent dies, so that it stays a zombie.
  const script = `${prelude}\nlifecycle.onStop('hook', () => logger.info('ended in order'));\nlogger.info('ready');`;
  const parent = `
    const { spawn } = require('node:child_process');
    console.log('parent ' + process.pid + ' ');
    spawn(process.execPath, ['--input-type=module', '-e', ${JSON.stringify(script)}], { stdio: 'inherit', env: { ...process.env, PARENT: String(process.pid) } });
    setInterval(() => {}, 1000);`;
  const grandparent = start(`
    const { spawn } = await import('node:child_process');
    spawn(process.execPath, ['-e', ${JSON.stringify(parent)}], { stdio: 'inherit' });
  `);
  await grandparent.says('ready');
  grandparent.child.kill('SIGSTOP');
  process.kill(Number(/parent (\d+) /.exec(grandparent.output())?.[1]), 'SIGKILL');
  await grandparent.says('ended in order');
  expect(grandparent.output()).toContain('parent ended');
});
