import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildApps } from './app-build.ts';
import { makeTemporaryFolder } from './temporary-folder.ts';
import { buildWeb } from './web-build.ts';

/** `npm run build`: what a deployment runs, the processes and the web client, each in its `dist`. */
const folder = await makeTemporaryFolder();
try {
  await Promise.all([buildWeb(join(folder, 'web-build.log'), console.log), buildApps(console.log)]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
