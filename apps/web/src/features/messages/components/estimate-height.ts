import type { Row } from '../api/rows.ts';

const linePx = 21;
const bylinePx = 34;
const lineLength = 80;

/** How high a row will about be, in pixels, before it is measured. The nearer, the steadier the scrollbar. */
export function estimateHeight(row: Row | undefined): number {
  switch (row?.kind) {
    case 'beginning':
      return 140;
    case 'day':
      return 38;
    case 'unread':
      return 30;
    case 'message':
      return (row.isFirst ? bylinePx : 4) + textHeight(row.message.content);
    case 'pending':
      return (row.isFirst ? bylinePx : 4) + textHeight(row.send.content);
    case undefined:
      return linePx;
  }
}

function textHeight(text: string): number {
  let lines = 1 + Math.floor(text.length / lineLength);
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines * linePx;
}
