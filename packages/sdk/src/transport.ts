/** Set by the client on every call it makes through a generated operation. */
export const boundTo: unique symbol = Symbol('boundTo');

/** Sends one request of a generated operation. */
export type Send = (path: string, options: RequestOptions) => Promise<unknown>;

/** What every operation takes as its last argument. */
export interface RequestOptions {
  signal?: AbortSignal;
  headers?: RequestInit['headers'];
  /** How long this call is retried; 0 tries once. */
  retryWithinMs?: number;
  method?: string;
  body?: string;
  [boundTo]?: Send;
}

/** The generated operations all end here; which client is meant comes with the options, so nothing lives in the module. */
export function transport<T>(path: string, options?: RequestOptions): Promise<T> {
  const send = options?.[boundTo];
  if (!send) throw new TypeError('call operations through a client: createConfab({ baseUrl }).rest');
  return send(path, options) as Promise<T>;
}

export function getHeaders(headers: RequestOptions['headers']): Record<string, string> {
  return Object.fromEntries(new Headers(headers).entries());
}
