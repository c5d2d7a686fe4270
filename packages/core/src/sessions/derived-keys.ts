import { hkdfSync } from 'node:crypto';

/** Each use of the deployment's secret has a key of its own, so that no use can be turned against another. */
export function deriveKey(secret: Uint8Array, use: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(), `confab ${use}`, 32));
}
