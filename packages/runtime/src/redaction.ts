const mask = '[redacted]';
const deepest = 6;

/** Compared in lower case without `_` and `-`. What a member wrote and what lets somebody in. */
const hiddenKeys = new Set([
  'accesstoken', 'authorization', 'body', 'content', 'cookie', 'email', 'html', 'newpassword', 'password', 'passwordhash', 'payload', 'proxyauthorization',
  'refreshtoken', 'sealedprivatejwk', 'secret', 'setcookie', 'signature', 'ticket', 'token',
]);

/** A copy in which the value of every hidden key is masked, however deep it stands. */
export function redactKeys(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date || value instanceof URL) return value;
  if (value instanceof Error) return describeError(value, depth);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (depth >= deepest) return '[deep]';
  if (Array.isArray(value)) return value.map((item) => redactKeys(item, depth + 1));
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    copy[key] = hiddenKeys.has(key.toLowerCase().replace(/[_-]/g, '')) && item !== undefined && item !== null ? mask : redactKeys(item, depth + 1);
  }
  return copy;
}

/**
 * Name, message, stack, code, constraint, and the chain of causes. Nothing else: PostgreSQL's `detail` and `where`
 * repeat the row ("Key (email)=(…) already exists"), and a validator's error carries the body.
 */
export function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return redactKeys(error, depth);
  const described: Record<string, unknown> = { type: error.name, message: error.message, stack: error.stack };
  for (const key of ['code', 'status', 'constraint', 'errno', 'syscall'] as const) {
    const value = (error as unknown as Record<string, unknown>)[key];
    if (typeof value === 'string' || typeof value === 'number') described[key] = value;
  }
  if (error.cause !== undefined && depth < deepest) described['cause'] = describeError(error.cause, depth + 1);
  if (error instanceof AggregateError && depth < deepest) described['errors'] = error.errors.map((item) => describeError(item, depth + 1));
  return described;
}

type Secret = { readonly pattern: RegExp; readonly masked: string; /** What stands in each, and in hardly a line. */ readonly mark: string | RegExp };

const secrets: readonly Secret[] = [
  { mark: 'eyJ', pattern: /\beyJ[\w-]{5,}\.[\w-]+\.[\w-]*/g, masked: mask },
  { mark: /bearer|basic/i, pattern: /\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, masked: `$1 ${mask}` },
  { mark: /\.\d+\.[\w-]{20}/, pattern: /\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.\d+\.[\w-]{20,}/gi, masked: mask },
  { mark: '://', pattern: /:\/\/[^\s:/@"\\]*:[^\s/@"\\]+@/g, masked: `://${mask}@` },
  { mark: '@', pattern: /[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]+(\.[\w-]+)+/g, masked: mask },
];

/** What hides inside a string: JWTs, bearer and refresh tokens, passwords in URLs, e-mail addresses. Works on a finished line. */
export function redactText(line: string): string {
  let text = line;
  for (const { mark, pattern, masked } of secrets) {
    // Looking for the mark is many times cheaper than trying the pattern at each character.
    if (typeof mark === 'string' ? text.includes(mark) : mark.test(text)) text = text.replace(pattern, masked);
  }
  return text;
}
