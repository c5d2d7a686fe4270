import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAst } from 'rolldown/parseAst';
import { expect, test } from 'vitest';
import { checkout } from '../../stack/places.ts';
import { defects } from './all.ts';
import { textWith } from './plant.ts';

test.for(defects.filter(({ edits }) => edits.length > 0).map((defect) => [defect.name, defect] as const))('%s can be planted: its files are what it knows them as', ([, { edits }]) => {
  for (const [file, ofFile] of Map.groupBy(edits, ({ file }) => file)) {
    const code = readFileSync(join(checkout, file), 'utf8');
    // The end of a longer name would be another line.
    for (const { line } of ofFile) expect(code.slice(0, code.indexOf(line)).split('\n').at(-1), line).toMatch(/^\s*$/);
    const planted = textWith(ofFile, code);
    expect(planted).not.toBe(code);
    expect(() => parseAst(planted, { lang: 'ts' }), file).not.toThrow();
  }
});
