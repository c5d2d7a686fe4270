import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One stack a data directory. Returns the release. */
export function lockDataDirectory(directory: string): () => void {
  const path = join(directory, 'lock');
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const holder = Number(readFileSync(path, 'utf8'));
    if (runs(holder)) throw new Error(`process ${holder} already runs the stack in ${directory}. Stop it, or set CONFAB_DATA_DIR.`);
    writeFileSync(path, String(process.pid));
  }
  return () => rmSync(path, { force: true });
}

/** The number alone may belong to somebody else by now. */
function runs(pid: number): boolean {
  const path = `/proc/${pid}/cmdline`;
  return existsSync(path) && readFileSync(path, 'utf8').includes('tools/stack/start.ts');
}
