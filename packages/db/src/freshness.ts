import { currentContext } from '@confab/runtime';
import { parsePosition } from './position.ts';

/** What a replica must show to be read from. */
export type Need = {
  readonly onPrimary: boolean;
  readonly position: bigint;
  readonly seen: ReadonlyMap<string, number>;
};

const nothing: ReadonlyMap<string, number> = new Map();

/** What was asked for, and what this request has written itself. */
export function currentNeed(): Need {
  const { freshness, position } = currentContext() ?? {};
  const positions = [...(freshness?.positions ?? []), ...(position === undefined ? [] : [position])].map(parsePosition);
  return {
    onPrimary: freshness?.onPrimary ?? false,
    position: positions.reduce((a, b) => (a > b ? a : b), 0n),
    seen: freshness?.seen ?? nothing,
  };
}
