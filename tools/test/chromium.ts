import { existsSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { libraryPath } from '../stack/debian-packages.ts';
import { unpackIntoCache } from '../stack/debian-programs.ts';
import { onPath } from '../stack/on-path.ts';
import { runCommand } from './command.ts';

const shell = 'chromium-headless-shell';

/**
 * The browser of the browser tests: Chromium without the parts that draw windows, which takes a third less of the processor. The machine's; else
 * Debian's, installed by root and unpacked into the cache by anybody else. Where there is only a whole Chromium, and none of its kin, that one.
 */
export async function findChromium(): Promise<string> {
  const path = process.env['PATH'] ?? '';
  const find = (): string | undefined => process.env['CHROMIUM_PATH'] ?? onPath(shell, path);
  const whole = onPath('chromium', path) ?? onPath('chromium-browser', path);
  const found = find();
  if (found !== undefined) return found;
  if (process.getuid?.() !== 0 || onPath('apt-get', path) === undefined) return whole ?? unpack();
  const output = await install(whole === undefined ? shell : await ofTheSameVersion());
  const chosen = find() ?? whole;
  if (chosen === undefined) throw new Error(`Chromium could not be installed. Do it yourself: apt-get install ${shell}\n${output}`);
  return chosen;
}

/** Nobody's own browser is exchanged for the sake of the tests. */
async function ofTheSameVersion(): Promise<string> {
  const { output } = await runCommand('dpkg-query', ['--show', '--showformat=${Version}', 'chromium']);
  return `${shell}=${output}`;
}

async function install(browser: string): Promise<string> {
  console.log(`installing the Debian package ${browser}`);
  await runCommand('apt-get', ['-q', 'update']);
  const { output } = await runCommand('apt-get', ['-q', '-y', '--no-install-recommends', 'install', browser, 'fonts-liberation'], {
    env: { DEBIAN_FRONTEND: 'noninteractive' },
  });
  return output;
}

async function unpack(): Promise<string> {
  const root = await unpackIntoCache(shell, [shell, 'fonts-liberation', 'fontconfig-config']);
  const launcher = join(root, shell);
  if (existsSync(launcher)) return launcher;
  const fonts = join(root, 'fonts.conf');
  await writeFile(fonts, fontConfiguration(root));
  await writeFile(launcher, `#!/bin/sh
export LD_LIBRARY_PATH='${await libraryPath(root)}'
export FONTCONFIG_FILE='${fonts}'
# Unpacked, its sandbox helper is not setuid root; the pages are our own.
exec '${root}/usr/lib/chromium/${shell}' --no-sandbox "$@"
`);
  await chmod(launcher, 0o755);
  return launcher;
}

function fontConfiguration(root: string): string {
  const rules = ['30-metric-aliases', '45-latin', '60-latin']
    .map((name) => `<include ignore_missing="yes">${root}/usr/share/fontconfig/conf.avail/${name}.conf</include>`)
    .join('');
  const folders = [`${root}/usr/share/fonts`, '/usr/share/fonts'].map((folder) => `<dir>${folder}</dir>`).join('');
  return `<?xml version="1.0"?><fontconfig>${folders}<cachedir>${root}/font-cache</cachedir>${rules}</fontconfig>\n`;
}
