import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import type { Plugin } from 'rolldown';
import { built } from './built.ts';
import { checkout } from './places.ts';

export const apps = ['api', 'gateway', 'worker'] as const;

const shared = ['contract', 'core', 'db', 'markdown', 'redis', 'runtime', 'stream'];
/** They read files beside their own, or are no JavaScript, or are loaded by those alone who trace. */
const apart = new Set([
  'pino', 'pino-pretty', '@node-rs/argon2', 'graphile-worker',
  '@opentelemetry/exporter-trace-otlp-http', '@opentelemetry/resources', '@opentelemetry/sdk-trace',
]);

/**
 * Makes one file of each process, `apps/<name>/dist/main.js`, when its sources changed: a process that loads a thousand
 * modules takes twice as long to start.
 */
export async function buildApps(say: (line: string) => void): Promise<void> {
  await Promise.all(apps.map((app) => buildApp(app, say)));
}

async function buildApp(app: string, say: (line: string) => void): Promise<void> {
  const output = join(checkout, 'apps', app, 'dist');
  const packages = shared.flatMap((name) => ['src', 'generated', 'package.json'].map((part) => `packages/${name}/${part}`));
  await built({
    output,
    sources: [`apps/${app}/src`, `apps/${app}/package.json`, ...packages, 'tools/stack/app-build.ts', 'pnpm-lock.yaml'],
    async make(folder) {
      say(`building apps/${app}`);
      await bundleApp(app, { folder, output });
    },
  });
}

/** Puts `main.js` into the folder, to be run from `output`. */
export async function bundleApp(app: string, { folder, output, plugins = [] }: { folder: string; output: string; plugins?: Plugin[] }): Promise<void> {
  // Only who builds needs to load it.
  const { rolldown } = await import('rolldown');
  const bundle = await rolldown({ input: join(checkout, `apps/${app}/src/main.ts`), platform: 'node', plugins: [leftOut(output), ...plugins] });
  await bundle.write({ dir: folder, format: 'esm', sourcemap: plugins.length === 0, entryFileNames: 'main.js' });
  await bundle.close();
}

/** By their place, since a package of ours that needs one may be the only one that can name it. */
function leftOut(output: string): Plugin {
  return {
    name: 'left-out',
    resolveId(id, importer) {
      // pg asks for it, and does without.
      if (id === 'pg-native') return { id, external: true };
      if (!apart.has(id) || importer === undefined) return null;
      return { id: relative(output, createRequire(importer).resolve(id)), external: true };
    },
  };
}
