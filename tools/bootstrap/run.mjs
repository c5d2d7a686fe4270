// The one door of the npm scripts. Runs on the system's Node (20 or newer) with nothing installed yet: installs what the lockfile
// says when it changed, then hands over to the pinned Node.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';

const pnpm = 'pnpm@12.21.0';
const scripts = {
  start: ['tools/stack/start.ts'],
  test: ['tools/test/run.ts'],
  check: ['tools/test/run.ts', '--quick'],
  generate: ['tools/generate/generate.ts'],
  migrate: ['tools/migrate/cli.ts'],
  schema: ['tools/schema/cli.ts'],
  build: ['tools/stack/build.ts'],
  keys: ['tools/keys/cli.ts'],
  faults: ['tools/faults/run.ts'],
  contract: ['tools/contract/cli.ts'],
  load: ['tools/load/cli.ts'],
  bench: ['tools/bench/cli.ts'],
  confab: ['tools/status/cli.ts'],
};

const checkout = resolve(import.meta.dirname ?? dirname(new URL(import.meta.url).pathname), '../..');
const [command = '', ...args] = process.argv.slice(2);
const script = Object.hasOwn(scripts, command) ? scripts[command] : fail(`usage: run.mjs ${Object.keys(scripts).join(' | ')}`, 2);
if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) {
  fail(`Confab's tools run on Linux (x64 or arm64), not on ${process.platform} ${process.arch}. Use the Dockerfile.`, 1);
}

process.chdir(checkout);
const pinnedNode = join(checkout, `node_modules/node-linux-${process.arch}/bin/node`);
const env = environment();
install();
handOver();

function environment() {
  const path = [dirname(pinnedNode), join(checkout, 'node_modules/.bin'), process.env.PATH].join(delimiter);
  // What was compiled once need not be again: every process of the stack starts in two thirds of the time.
  const cache = process.env.NODE_COMPILE_CACHE ?? join(checkout, 'node_modules/.cache/compiled');
  const home = isWritable(homedir()) ? {} : homeWithin(checkout);
  return { ...process.env, PATH: path, NODE_COMPILE_CACHE: cache, ...home };
}

/** Accounts without a home (nobody, many CI users) get one among the data, or npm and pnpm have nowhere to put their stores. */
function homeWithin(folder) {
  const home = join(resolve(folder, process.env.CONFAB_DATA_DIR ?? '.confab'), 'home');
  mkdirSync(home, { recursive: true, mode: 0o700 });
  return { HOME: home, XDG_CACHE_HOME: join(home, '.cache'), npm_config_cache: join(home, '.npm') };
}

function isWritable(folder) {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function install() {
  const stamp = join(checkout, 'node_modules/.confab-installed');
  const wanted = fingerprint(['pnpm-lock.yaml', 'pnpm-workspace.yaml']);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted && existsSync(pinnedNode)) return;
  process.stderr.write('Installing what pnpm-lock.yaml says (once, and after it changed) …\n');
  const beside = join(dirname(process.execPath), 'npx');
  const reporter = process.stdout.isTTY ? 'default' : 'append-only';
  // The system's own Node must run this: the pinned one may not be there yet.
  const result = spawnSync(
    existsSync(beside) ? beside : 'npx',
    ['--yes', pnpm, 'install', '--frozen-lockfile', `--reporter=${reporter}`, '--config.confirmModulesPurge=false'],
    { cwd: checkout, env: { ...env, PATH: process.env.PATH }, stdio: ['ignore', 2, 2] },
  );
  if (result.error) fail(`npx could not be started: ${result.error.message}`, 1);
  if (result.status !== 0) fail('The install failed; what pnpm said stands above.', result.status ?? 1);
  if (!existsSync(pinnedNode)) fail(`The install left no ${pinnedNode}. Are optional dependencies switched off (npm config get omit)?`, 1);
  writeFileSync(stamp, wanted);
}

function fingerprint(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(join(checkout, file)));
  return hash.digest('hex');
}

function handOver() {
  // setpriv: should we be killed, the kernel asks the child to stop.
  const child = spawn('setpriv', ['--pdeathsig=TERM', pinnedNode, ...script, ...args], { cwd: checkout, env, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to both of us.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  stopWithNpm(child);
  child.on('error', (error) => fail(`setpriv (of util-linux) could not be started: ${error.message}`, 1));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/** npm passes signals on, but not its own death; between it and us there may be the shell it runs scripts in. Started by hand, a shell that ends is no reason to stop. */
function stopWithNpm(child) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parents = () => [process.ppid, isShell(process.ppid) ? parentOf(process.ppid) : undefined].join();
  const before = parents();
  setInterval(() => {
    if (parents() !== before) child.kill('SIGTERM');
  }, 1000).unref();
}

function isShell(pid) {
  return /^(sh|dash|bash|busybox)$/.test(readProc(pid, 'comm').trim());
}

function parentOf(pid) {
  // The name in brackets may hold anything, brackets too.
  return readProc(pid, 'stat').split(') ').at(-1).split(' ')[1];
}

function readProc(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

function fail(message, code) {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}
