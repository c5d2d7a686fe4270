import type { Breaker } from '@confab/runtime';
import pg from 'pg';

type Lent = (error: Error | undefined, client: pg.PoolClient | undefined, done: (release?: unknown) => void) => void;

/**
 * A pool whose server may be given up on: then nobody waits for a connection. A connection got counts for nothing, it may
 * have lain here; one that could not be opened counts as a failure, and whoever watches the server says the rest.
 */
export class GuardedPool extends pg.Pool {
  readonly #breaker: Breaker;
  readonly #lent = new Set<pg.PoolClient>();

  constructor(options: pg.PoolConfig, breaker: Breaker) {
    super(options);
    this.#breaker = breaker;
    this.on('acquire', (client) => void this.#lent.add(client));
    this.on('release', (_error, client) => void this.#lent.delete(client));
    this.on('remove', (client) => void this.#lent.delete(client));
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: Lent): void;
  override connect(callback?: Lent): Promise<pg.PoolClient> | void {
    if (callback === undefined) return this.#lend();
    try {
      this.#breaker.assertClosed();
    } catch (error) {
      callback(error as Error, undefined, () => undefined);
      return;
    }
    super.connect((error, client, done) => {
      if (error !== undefined) this.#breaker.failed(error);
      callback(error, client, done);
    });
  }

  /** Whatever is under way fails as a lost connection, now and not after its time limit. */
  abandon(): void {
    // `end` would wait for the answers that a pipeline still owes.
    for (const client of this.#lent) client.connection.stream.destroy();
  }

  async #lend(): Promise<pg.PoolClient> {
    this.#breaker.assertClosed();
    try {
      return await super.connect();
    } catch (error) {
      this.#breaker.failed(error);
      throw error;
    }
  }
}
