import { join } from 'node:path';
import { built } from './built.ts';
import { checkout } from './places.ts';
import { run } from './run-command.ts';

const sources = [
  'apps/web/index.html', 'apps/web/vite.config.ts', 'apps/web/package.json', 'apps/web/public', 'apps/web/src',
  'packages/sdk/package.json', 'packages/sdk/src', 'packages/sdk/generated', 'packages/contract/src', 'packages/contract/generated', 'pnpm-lock.yaml',
];

/** Builds the web client when its sources changed. Answers the folder to serve. */
export function buildWeb(logFile: string, say: (line: string) => void): Promise<string> {
  return built({
    output: join(checkout, 'apps/web/dist'),
    sources,
    async make(folder) {
      say('building the web client');
      const vite = join(checkout, 'node_modules/vite/bin/vite.js');
      await run(process.execPath, [vite, 'build', '--logLevel', 'warn', '--emptyOutDir', '--outDir', folder], {
        cwd: join(checkout, 'apps/web'), env: { ...process.env, NODE_ENV: 'production' }, logFile,
      });
    },
  });
}
