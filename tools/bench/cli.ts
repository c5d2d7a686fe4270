import { parseArgs } from 'node:util';
import { benchReads } from './reads.ts';

/** A file a benchmark. */
const benchmarks: Readonly<Record<string, (options: { ms: number }) => Promise<void>>> = { reads: benchReads };

const { positionals, values } = parseArgs({ allowPositionals: true, options: { seconds: { type: 'string', default: '3' } } });
const bench = benchmarks[positionals[0] ?? ''];
const ms = Number(values.seconds) * 1000;
if (bench === undefined || !(ms > 0)) {
  console.error(`usage: bench ${Object.keys(benchmarks).join(' | ')} [--seconds 3]   (how long each figure is measured)`);
  process.exitCode = 2;
} else await bench({ ms });
