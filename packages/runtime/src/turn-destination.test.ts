import { spawnSync } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createTurnDestination } from './turn-destination.ts';

test('what is logged in one turn is written behind it, in its order', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'confab-log-')), 'log');
  const fd = openSync(file, 'w');
  const destination = createTurnDestination(fd);
  const written = () => readFileSync(file, 'utf8');
  destination.write('one\n');
  destination.write('two\n');
  expect(written()).toBe('');
  await new Promise((resolve) => setImmediate(resolve));
  expect(written()).toBe('one\ntwo\n');
  destination.write('three\n');
  destination.flushSync();
  expect(written()).toBe('one\ntwo\nthree\n');
  closeSync(fd);
});

test.each([
  ['exits in the same turn', 'process.exit(0);'],
  ['dies of an exception', "throw new Error('boom');"],
  ['comes to its end', ''],
  ['logs while it exits', "process.on('exit', () => logger.info('very last'));"],
])('nothing is lost when the process %s', (_how, ending) => {
  const script = `import { createLogger } from ${JSON.stringify(new URL('logger.ts', import.meta.url).href)};
    const logger = createLogger({ name: 'test', level: 'info', pretty: false });
    for (let n = 0; n < 2000; n += 1) logger.info({ n }, 'line');
    ${ending}`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
  const lines = stdout.trim().split('\n').map((line) => JSON.parse(line) as { n?: number; msg: string });
  expect(lines.filter(({ msg }) => msg === 'line').map(({ n }) => n)).toEqual(Array.from({ length: 2000 }, (_, n) => n));
  expect(lines.at(-1)?.msg).toBe(ending.includes('very last') ? 'very last' : 'line');
});
