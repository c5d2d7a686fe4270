import { createHash } from 'node:crypto';
import { relative } from 'node:path';
import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';
import { checkout } from '../stack/places.ts';

/** Half a minute and more each: whichever came last, one worker would be waiting for it. */
const long = new Set([
  'tools/faults/rolling.test.ts',
  'tools/faults/short.test.ts',
  'tools/faults/replicas.test.ts',
  'tools/boards/boards.test.ts',
  'apps/gateway/src/presence.test.ts',
  'apps/web/e2e/security.e2e.ts',
]);

/** The seed alone decides the order, on any machine and whichever files are run; but the long ones, in the seed's order too, are first. */
export function order(paths: readonly string[], seed: number): string[] {
  const place = (path: string): string => `${long.has(path) ? 0 : 1} ${createHash('sha256').update(`${seed} ${path}`).digest('hex')}`;
  return paths.toSorted((a, b) => (place(a) < place(b) ? -1 : 1));
}

export class SeededSequencer extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const pathOf = ({ moduleId }: TestSpecification): string => relative(checkout, moduleId);
    const places = new Map(order(files.map(pathOf), this.ctx.config.sequence.seed).map((path, place) => [path, place]));
    return Promise.resolve(files.toSorted((a, b) => (places.get(pathOf(a)) ?? 0) - (places.get(pathOf(b)) ?? 0)));
  }
}
