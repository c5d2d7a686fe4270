import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** As `sha256sum` writes and checks it. */
const name = 'SHA256SUMS';

export function writeChecksums(folder: string): void {
  writeFileSync(join(folder, name), [...sumsOf(folder)].map(([file, sum]) => `${sum}  ${file}\n`).join(''));
}

/** The files of every release that are not as they were released: an edit there would be a waiver without a reason. */
export function releasedFindings(spec: string): string[] {
  const released = join(spec, 'released');
  return readdirSync(released).flatMap((version) => {
    const folder = join(released, version);
    const [kept, found] = [readChecksums(folder), sumsOf(folder)];
    const files = [...new Set([...kept.keys(), ...found.keys()])];
    return files.filter((file) => kept.get(file) !== found.get(file)).map((file) => `released/${version}/${file} is not what was released`);
  });
}

function readChecksums(folder: string): Map<string, string> {
  const file = join(folder, name);
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
  return new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]));
}

function sumsOf(folder: string): Map<string, string> {
  const files = readdirSync(folder).filter((file) => file !== name).toSorted();
  return new Map(files.map((file) => [file, createHash('sha256').update(readFileSync(join(folder, file))).digest('hex')]));
}
