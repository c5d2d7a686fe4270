import { parseArgs } from 'node:util';
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
};

const { positionals, values } = parseArgs({ allowPositionals: true, strict: false, options: { seconds: { type: 'string', default: '2' } } });
const bench = benchmarks[positionals[0] ?? ''];
const ms = Number(values.seconds) * 1000;
if (bench === undefined || !(ms > 0)) {
  console.error(`usage: bench ${Object.keys(benchmarks).join(' | ')} [--seconds 2]   (how long each figure is measured)`);
  process.exitCode = 2;
} else await bench({ ms });
