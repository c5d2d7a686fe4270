import type { ErrorCode, Schemas } from '@confab/contract';

/** An answer that refuses: a problem document (RFC 9457), or whatever a proxy said instead of one. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  /** From the catalogue; `response.unexpected` where the answer was no problem document. Newer servers may know more codes. */
  readonly code: ErrorCode | 'response.unexpected' | (string & {});
  readonly status: number;
  readonly title: string;
  readonly detail: string | undefined;
  readonly requestId: string | undefined;
  /** Which parts of the request are wrong. */
  readonly errors: readonly Schemas['FieldError'][];
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  readonly retryAfterSeconds: number | undefined;

  constructor(problem: Partial<Schemas['Problem']> & { status: number }, retryAfterSeconds?: number) {
    const title = problem.title ?? `HTTP status ${problem.status}`;
    super(problem.detail === undefined ? title : `${title}: ${problem.detail}`);
    this.code = problem.code ?? 'response.unexpected';
    this.status = problem.status;
    this.title = title;
    this.detail = problem.detail;
    this.requestId = problem.requestId;
    this.errors = problem.errors ?? [];
    this.retryable = problem.retryable ?? [429, 502, 503, 504].includes(problem.status);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** No answer, or one that broke off: whether the request took effect is not known. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';
}

/** The realtime connection ended for good before it was live. */
export class StoppedError extends Error {
  override readonly name = 'StoppedError';
  /** A close code, when the gateway gave one. */
  readonly code: number | undefined;

  constructor(reason: string, code: number | undefined) {
    super(reason);
    this.code = code;
  }
}
