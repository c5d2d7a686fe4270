import { type Logger, serverUrls } from '@confab/runtime';
import type pg from 'pg';
import { epochOf, type Identity, identityColumns, identityOf, type IdentityRow, NotPrimary } from './identity.ts';
import { createPool, type Timeouts } from './pool.ts';

export type PrimaryHostsOptions = {
  urls: readonly string[];
  /** Of one connection, for questions alone. */
  openPolls: (url: string) => pg.Pool;
  logger: Logger;
};

/** The hosts of one address, each with a connection of its own for asking. */
export function openPrimaryHosts({ url, applicationName, logger, timeouts }: { url: string; applicationName: string; logger: Logger; timeouts: Timeouts }): PrimaryHosts {
  const quiet = logger.child({}, { level: 'error' });
  const openPolls = (each: string) => createPool({ url: each, applicationName: `${applicationName} watch`, size: 1, logger: quiet, timeouts });
  return new PrimaryHosts({ urls: serverUrls(url), openPolls, logger });
}

const identityText = `select ${identityColumns}`;

/**
 * Which of the hosts is written to: the one that takes writes, and of two that do (the old primary has come back) the one that
 * was promoted later. What was seen once is not gone back on: a server of an earlier timeline is refused until this process ends.
 */
export class PrimaryHosts {
  readonly #hosts: readonly { url: string; polls: pg.Pool }[];
  readonly #logger: Logger;
  readonly #moved: (() => void)[] = [];
  #current = 0;
  #known: Identity | undefined;
  /** Of several hosts, none is taken before all were asked once. */
  readonly settled: Promise<void>;

  constructor({ urls, openPolls, logger }: PrimaryHostsOptions) {
    this.#logger = logger;
    this.#hosts = urls.map((url) => ({ url, polls: openPolls(url) }));
    this.settled = urls.length > 1 ? this.look().catch(() => undefined) : Promise.resolve();
  }

  get url(): string {
    return this.#hosts[this.#current]?.url ?? '';
  }

  /** Of the newest history that was seen. */
  get epoch(): string | undefined {
    return this.#known === undefined ? undefined : epochOf(this.#known);
  }

  /** Connections that were made before belong to a server that is written to no more. */
  onMove(listener: () => void): void {
    this.#moved.push(listener);
  }

  /** Whether a new connection is to be used. */
  readonly admit = async (client: pg.ClientBase, withinMs: number): Promise<void> => {
    this.#take(this.#current, await this.#ask(client, withinMs));
  };

  /** Asks all hosts. Rejects when none of them is to be written to. */
  async look(): Promise<void> {
    const answers = await Promise.allSettled(this.#hosts.map(({ polls }) => this.#poll(polls)));
    // What was fit when it answered may have been overtaken meanwhile.
    const fit = answers.flatMap((answer, at) => (answer.status === 'fulfilled' && this.#refusal(answer.value) === undefined ? [{ at, identity: answer.value }] : []));
    const newest = Math.max(...fit.map(({ identity }) => identity.timeline));
    const best = fit.filter(({ identity }) => identity.timeline === newest);
    const chosen = best.find(({ at }) => at === this.#current) ?? best[0];
    if (chosen !== undefined) return this.#take(chosen.at, chosen.identity);
    const answer = answers[this.#current];
    throw answer?.status === 'rejected' ? answer.reason : new NotPrimary('another server was promoted after it');
  }

  async stop(): Promise<void> {
    await this.settled;
    await Promise.all(this.#hosts.map(({ polls }) => polls.end()));
  }

  async #poll(polls: pg.Pool): Promise<Identity> {
    const client = await polls.connect();
    let failed = true;
    try {
      const identity = await this.#ask(client);
      failed = false;
      return identity;
    } finally {
      // Behind the same address there may be another server by now.
      client.release(failed);
    }
  }

  async #ask(client: pg.ClientBase, withinMs?: number): Promise<Identity> {
    const query: pg.QueryConfig & { query_timeout?: number } = { text: identityText, ...(withinMs === undefined ? {} : { query_timeout: withinMs }) };
    const { rows } = await client.query<IdentityRow>(query);
    const identity = identityOf(rows[0]);
    const refusal = this.#refusal(identity);
    if (refusal !== undefined) throw new NotPrimary(refusal);
    return identity;
  }

  #refusal({ system, timeline }: Identity): string | undefined {
    if (this.#known === undefined) return undefined;
    if (system === this.#known.system) return timeline < this.#known.timeline ? 'another server was promoted after it' : undefined;
    return this.#hosts.length > 1 ? 'it is another database' : undefined;
  }

  #take(at: number, identity: Identity): void {
    const hasMoved = this.#known !== undefined && (at !== this.#current || epochOf(identity) !== epochOf(this.#known));
    this.#current = at;
    this.#known = identity;
    if (hasMoved) this.#tell();
  }

  #tell(): void {
    this.#logger.warn({ host: this.#current + 1, epoch: this.epoch }, 'the primary is another server now');
    for (const listener of this.#moved) listener();
  }
}
