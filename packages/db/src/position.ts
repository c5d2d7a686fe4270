import { currentContexts } from '@confab/runtime';

/** A place in the primary's write-ahead log as PostgreSQL writes it: `16/B374D848`. */
export type Position = string;

export function parsePosition(position: Position): bigint {
  const match = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/.exec(position);
  if (match === null) throw new TypeError('not a position');
  return (BigInt(`0x${match[1]}`) << 32n) | BigInt(`0x${match[2]}`);
}

/** A request's position only moves forward, however its writes overlap. */
export function recordPosition(position: Position): void {
  for (const context of currentContexts()) {
    if (context.position !== undefined && parsePosition(position) <= parsePosition(context.position)) continue;
    context.position = position;
    context.onPosition?.(position);
  }
}
