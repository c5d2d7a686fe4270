import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import type { Plugin } from 'rolldown';
import { built } from './built.ts';
import { checkout } from './places.ts';

export const apps = ['api', 'gateway', 'worker'] as const;

const shared = ['contract', 'core', 'db', 'markdown', 'redis', 'runtime', 'stream'];
/** They read files beside their own, or are no JavaScript, or are loaded by those alone who trace. */
const apart = new Set([
  'pino', '@node-rs/argon2', 'graphile-worker',
  '@opentelemetry/exporter-trace-otlp-http', '@opentelemetry/resources', '@opentelemetry/sdk-trace',
]);
/** A function that few processes call, of a module that costs each of them a twentieth of its start. */
const late = 'pino-pretty';

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
  const bundle = await rolldown({ input: join(checkout, `apps/${app}/src/main.ts`), platform: 'node', plugins: [leftOut(output), loadedLate(output), builtIns(), ...plugins] });
  // Names stay, for stack traces.
  const minify = { compress: false, mangle: false, codegen: true };
  await bundle.write({ dir: folder, format: 'esm', minify, sourcemap: plugins.length === 0, entryFileNames: 'main.js' });
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

/** Loads it when it is called. */
function loadedLate(output: string): Plugin {
  const prefix = '\0late/';
  return {
    name: 'loaded-late',
    resolveId: (id, importer) => (id === late && importer !== undefined ? prefix + relative(output, createRequire(importer).resolve(id)) : null),
    load: (id) =>
      id.startsWith(prefix)
        ? `import { createRequire } from 'node:module';\nexport default (...given) => createRequire(import.meta.url)(${JSON.stringify(id.slice(prefix.length))})(...given);`
        : null,
  };
}

/** An `import` of one reads everything that it exports: for node:http that loads a whole WebSocket client. */
function builtIns(): Plugin {
  const prefix = '\0built-in/';
  return {
    name: 'built-ins',
    // rolldown's own helpers begin with node:module.
    resolveId: (id) => (id.startsWith('node:') && id !== 'node:module' ? prefix + id : null),
    load: (id) => (id.startsWith(prefix) ? `module.exports = process.getBuiltinModule(${JSON.stringify(id.slice(prefix.length))});` : null),
  };
}
