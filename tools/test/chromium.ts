import { existsSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { libraryPath } from '../stack/debian-packages.ts';
import { unpackIntoCache } from '../stack/debian-programs.ts';
import { onPath } from '../stack/on-path.ts';
import { runCommand } from './command.ts';

/** The browser of the browser tests: the machine's, else Debian's, installed by root and unpacked into the cache by anybody else. */
export async function findChromium(): Promise<string> {
  const path = process.env['PATH'] ?? '';
  const find = (): string | undefined => process.env['CHROMIUM_PATH'] ?? onPath('chromium', path) ?? onPath('chromium-browser', path);
  const found = find();
  if (found !== undefined) return found;
  if (process.getuid?.() === 0) return install(find);
  return unpack();
}

async function install(find: () => string | undefined): Promise<string> {
  console.log('no Chromium on this machine: installing the Debian package');
  await runCommand('apt-get', ['-q', 'update']);
  const { output } = await runCommand('apt-get', ['-q', '-y', '--no-install-recommends', 'install', 'chromium', 'fonts-liberation'], {
    env: { DEBIAN_FRONTEND: 'noninteractive' },
  });
  const installed = find();
  if (installed === undefined) throw new Error(`Chromium could not be installed. Do it yourself: apt-get install chromium\n${output}`);
  return installed;
}

async function unpack(): Promise<string> {
  const root = await unpackIntoCache('chromium', ['chromium', 'fonts-liberation', 'fontconfig-config']);
  const launcher = join(root, 'chromium');
  if (existsSync(launcher)) return launcher;
  const fonts = join(root, 'fonts.conf');
  await writeFile(fonts, fontConfiguration(root));
  await writeFile(launcher, `#!/bin/sh
export LD_LIBRARY_PATH='${await libraryPath(root)}'
export FONTCONFIG_FILE='${fonts}'
# Unpacked, its sandbox helper is not setuid root; the pages are our own.
exec '${root}/usr/lib/chromium/chromium' --no-sandbox "$@"
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
