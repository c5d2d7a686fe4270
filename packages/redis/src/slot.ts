const slots = 16_384;

/** CRC16 as XMODEM has it: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#appendix-a-crc16-reference-implementation-in-ansi-c */
const table = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  return crc;
});

/** Where a cluster keeps a key, or a sharded channel: by its hash tag, which is what stands in its first braces, else by the whole. */
export function slotOf(key: string | Buffer): number {
  const hashed = Buffer.from(hashedPart(key));
  let crc = 0;
  for (const byte of hashed) crc = ((crc << 8) & 0xffff) ^ (table[(crc >> 8) ^ byte] ?? 0);
  return crc % slots;
}

function hashedPart<K extends string | Buffer>(key: K): K {
  const open = key.indexOf('{');
  const close = open < 0 ? -1 : key.indexOf('}', open + 1);
  return (close > open + 1 ? key.slice(open + 1, close) : key) as K;
}

/** Throws, on a single Redis as well, where a cluster would: so no test is needed there to find such a script. */
export function assertOneSlot(keys: readonly (string | Buffer)[]): void {
  const [first, ...others] = keys;
  if (first === undefined) return;
  const part = hashedPart(first);
  // Most have the same tag, letter by letter.
  const stray = others.find((key) => hashedPart(key) !== part && slotOf(key) !== slotOf(first));
  if (stray !== undefined) throw new TypeError(`${first.toString()} and ${stray.toString()} have no hash tag in common, so a cluster keeps them apart`);
}
