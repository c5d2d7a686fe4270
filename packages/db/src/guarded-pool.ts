import type { Breaker } from '@confab/runtime';
import pg from 'pg';

type Lent = (error: Error | undefined, client: pg.PoolClient | undefined, done: (release?: unknown) => void) => void;

/**
 * A pool whose server may be given up on: then nobody waits for a connection. A connection got counts for nothing, it may
 * have lain here; one that could not be opened counts as a failure, and whoever watches the server says the rest.
 */
export class GuardedPool extends pg.Pool {
  readonly #breaker: Breaker;
  readonly #settled: Promise<void>;
  readonly #lent = new Set<pg.PoolClient>();

  /** `settled`: until then it is not known which server is meant. */
  constructor(options: pg.PoolConfig, breaker: Breaker, settled = Promise.resolve()) {
    super(options);
    this.#breaker = breaker;
    this.#settled = settled;
    this.on('acquire', (client) => void this.#lent.add(client));
    this.on('release', (_error, client) => void this.#lent.delete(client));
    this.on('remove', (client) => void this.#lent.delete(client));
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: Lent): void;
  override connect(callback?: Lent): Promise<pg.PoolClient> | void {
    if (callback === undefined) return this.#lend();
    void this.#lendTo(callback);
  }

  /** Whatever is under way fails as a lost connection, now and not after its time limit. */
  abandon(): void {
    // `end` would wait for the answers that a pipeline still owes.
    for (const client of this.#lent) client.connection.stream.destroy();
  }

  async #lendTo(callback: Lent): Promise<void> {
    let client: pg.PoolClient;
    try {
      client = await this.#lend();
    } catch (error) {
      callback(error as Error, undefined, () => undefined);
      return;
    }
    callback(undefined, client, (release) => client.release(release as boolean | Error | undefined));
  }

  async #lend(): Promise<pg.PoolClient> {
    await this.#settled;
    this.#breaker.assertClosed();
    try {
      return await super.connect();
    } catch (error) {
      this.#breaker.failed(error);
      throw error;
    }
  }
}
