import { parseArgs } from 'node:util';
import { benchLimit, limitBenchmarks } from './limit.ts';
import { benchProfile } from './profile.ts';
import { benchPromotion } from './promotion.ts';
import { benchReads } from './reads.ts';
import { benchSize } from './size.ts';

/** A file a benchmark. */
const benchmarks: Readonly<Record<string, (options: { ms: number }) => Promise<unknown>>> = {
  promotion: benchPromotion,
  reads: benchReads,
  size: benchSize,
  // Takes options of its own.
  tracing: () => import('./tracing.ts'),
  ...Object.fromEntries(Object.keys(limitBenchmarks).map((name) => [name, (options: { ms: number }) => benchLimit([name], options)])),
};

const { positionals, values } = parseArgs({ allowPositionals: true, strict: false, options: { seconds: { type: 'string', default: '2' } } });
const [name, which = ''] = positionals;
const bench = name === 'profile' ? (options: { ms: number }) => benchProfile(which, options) : name === undefined ? (options: { ms: number }) => benchLimit(Object.keys(limitBenchmarks), options) : benchmarks[name];
const ms = Number(values.seconds) * 1000;
if (bench === undefined || !(ms > 0)) {
  console.error(`usage: bench [${Object.keys(benchmarks).join(' | ')} | profile <what>] [--seconds 2]   (how long each figure is measured; without a name: all of those against the limit)`);
  process.exitCode = 2;
} else await bench({ ms });
