import { resolve } from 'node:path';

/** The folder of the repository. */
export const checkout = resolve(import.meta.dirname, '../..');

/** Where the development stack keeps its data, its secrets and its logs. */
export function dataDirectory(env: NodeJS.ProcessEnv = process.env): string {
  return resolve(checkout, env['CONFAB_DATA_DIR'] ?? '.confab');
}
