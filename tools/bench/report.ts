import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import { checkout } from '../stack/places.ts';
import { printTable } from './measure.ts';

/** One line of the table: ours, beside what was measured in the same run. */
export interface Figure {
  readonly bench: string;
  readonly figure: string;
  readonly unit: string;
  readonly ours: number;
  readonly reference?: number;
  readonly referenceName?: string;
  readonly ratio?: number;
  readonly aim?: Aim;
}

/** What is wanted, of the figure or of its ratio to the reference. */
export type Aim = { readonly of: 'ours' | 'ratio' } & ({ readonly atLeast: number } | { readonly atMost: number });

export function isMet({ ours, ratio = Number.NaN, aim }: Pick<Figure, 'ours' | 'ratio' | 'aim'>): boolean | undefined {
  if (aim === undefined) return undefined;
  const value = aim.of === 'ours' ? ours : ratio;
  return 'atLeast' in aim ? value >= aim.atLeast : value <= aim.atMost;
}

export function printFigures(figures: readonly Figure[]): void {
  printTable(
    figures.map((figure) => ({
      figure: `${figure.bench}, ${figure.figure}`, Confab: text(figure.ours), unit: figure.unit, reference: text(figure.reference), 'of what': figure.referenceName ?? '', ratio: text(figure.ratio),
      aim: aimText(figure), met: { true: 'yes', false: 'NO', undefined: '' }[String(isMet(figure)) as 'true'],
    })),
  );
}

/** The figures of this release, beside those of earlier ones. */
export async function keep(facts: object, figures: readonly Figure[]): Promise<string> {
  const folder = join(checkout, 'docs/benchmarks');
  const file = join(folder, `${manifest.version}.json`);
  await mkdir(folder, { recursive: true });
  const rounded = figures.map((figure) => ({ ...Object.fromEntries(Object.entries(figure).map(([name, value]) => [name, typeof value === 'number' ? Number(value.toPrecision(4)) : value])), met: isMet(figure) }));
  await writeFile(file, `${JSON.stringify({ version: manifest.version, ...facts, figures: rounded }, null, 2)}\n`);
  return file;
}

function aimText({ aim, unit }: Figure): string {
  if (aim === undefined) return '';
  const bound = 'atLeast' in aim ? `≥ ${aim.atLeast}` : `≤ ${aim.atMost}`;
  return aim.of === 'ratio' ? `${bound}×` : `${bound} ${unit}`;
}

/** Three figures are what a measurement like this is good for. */
function text(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '';
  return value >= 1_000 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));
}
