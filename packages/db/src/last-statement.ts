/**
 * What a transaction ends with, not sent yet. Whoever answers it to `write` instead of sending it has the commit go out with
 * it, without waiting in between: one round trip, and nothing can follow by mistake. It must fail where it shall not be committed.
 */
export class LastStatement<T> {
  readonly send: () => Promise<T>;

  constructor(send: () => Promise<T>) {
    this.send = send;
  }

  map<U>(to: (answer: T) => U): LastStatement<U> {
    return new LastStatement(async () => to(await this.send()));
  }
}
