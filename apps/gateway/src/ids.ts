import { randomFillSync } from 'node:crypto';

import { v7 } from 'uuid';

const bytesPerId = 16;
const idsPerFill = 256;

/** UUIDs of version 7. Asking for the random part of each by itself costs more than all the rest. */
export function createIds(): () => string {
  const bytes = new Uint8Array(bytesPerId * idsPerFill);
  let at = bytes.length;
  return () => {
    if (at === bytes.length) {
      randomFillSync(bytes);
      at = 0;
    }
    return v7({ random: bytes.subarray(at, (at += bytesPerId)) });
  };
}
