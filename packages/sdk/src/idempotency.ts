import type { OperationId, operations } from '@confab/contract';

type Header<K extends OperationId> = Exclude<operations[K]['parameters']['header'], undefined>;
type Keyed = { [K in OperationId]: [Header<K>] extends [never] ? never : 'Idempotency-Key' extends keyof Header<K> ? K : never }[OperationId];

/** POSTs that take effect once under their `Idempotency-Key`, which the client makes by itself: those of the specification, no more and no fewer. */
const keyed: Readonly<Record<Keyed, true>> = { createRoom: true };

const name = 'idempotency-key';

export function isKeyed(operation: OperationId): boolean {
  return operation in keyed;
}

/** The headers of a call, for all its tries. The caller's own key stays, so that he can go on trying when the client gave up. */
export function withKey(operation: OperationId, headers: Record<string, string>): Record<string, string> {
  if (!isKeyed(operation) || name in headers) return headers;
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return { ...headers, [name]: [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('') };
}
