import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'rolldown';
import { bundleApp } from '../../stack/app-build.ts';
import { checkout } from '../../stack/places.ts';
import { faultNamed } from '../faults/all.ts';
import type { Defect, Edit } from '../harness/fault.ts';
import type { Script } from '../harness/perform.ts';
import { runFaults } from '../harness/run-faults.ts';
import type { Mains } from '../harness/stage.ts';
import type { Violation } from '../invariants/verdict.ts';

export interface Catch {
  readonly defect: Defect;
  readonly caughtBy: Violation | undefined;
}

/** Builds the apps with the defect in them, and sees what the harness says under its fault. */
export async function plant(defect: Defect, script: Script, say: (line: string) => void): Promise<Catch> {
  say(`planted: ${defect.name}`);
  const outputs: string[] = [];
  try {
    const mains: Mains = {};
    for (const app of new Set(defect.edits.flatMap(({ apps }) => apps))) {
      // Within the app: it finds files by its package.
      const output = join(checkout, 'apps', app, `dist/planted-${process.pid}`);
      outputs.push(output);
      await mkdir(output, { recursive: true });
      await bundleApp(app, { folder: output, output, plugins: [edited(defect.edits.filter(({ apps }) => apps.includes(app)))] });
      mains[app] = join(output, 'main.js');
    }
    const [result] = await runFaults([faultNamed(defect.fault)], { script, say, mains, prepare: defect.prepare });
    // What merely took long, did not start, or shows something else has shown nothing.
    return { defect, caughtBy: result?.violations.find(({ kind, what }) => defect.shows.test(`${kind}: ${what}`)) };
  } finally {
    for (const output of outputs) await rm(output, { recursive: true, force: true });
  }
}

/** The file's text with these in it. Throws if it has not changed together with them. */
export function textWith(edits: readonly Edit[], code: string): string {
  return edits.reduce((text, { file, line, instead }) => {
    const times = code.split(line).length - 1;
    if (times !== 1) throw new Error(`${file} has this ${times} times, and a defect is to be planted there: ${line}`);
    return text.replace(line, () => instead);
  }, code);
}

function edited(edits: readonly Edit[]): Plugin {
  return {
    name: 'planted',
    transform(code, id) {
      const mine = edits.filter(({ file }) => id === join(checkout, file));
      return mine.length === 0 ? null : textWith(mine, code);
    },
  };
}
