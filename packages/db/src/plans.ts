import type pg from 'pg';
import { sqlState } from './failures.ts';

/**
 * Which statements a connection remembers with their plan. To find a plan takes PostgreSQL about as long as to carry out one
 * of ours, so that every statement has a name, as long as there are not too many different ones.
 */
export interface Plans {
  /** What the statement may be called on this connection now; undefined: it is to be sent without a name. */
  nameFor(client: pg.ClientBase, text: string): string | undefined;
  settled(client: pg.ClientBase, name: string, error?: unknown): void;
}

/** Of one connection. A name whose first statement failed may stand for nothing, and is used no more. */
type Known = Map<string, 'asked' | 'ready' | 'never'>;

/** Lists of values have a text for each length; what comes later than these is planned each time. */
const mostTexts = 300;

/** The server has forgotten it, or has it under another text; or what it refers to has changed its columns. */
const isUnusable = (error: unknown): boolean => /^(26000|42P05|0A000)$/.test(sqlState(error) ?? '');

export function createPlans(): Plans {
  const names = new Map<string, string>();
  const connections = new WeakMap<pg.ClientBase, Known>();

  function nameOf(text: string): string | undefined {
    const known = names.get(text);
    if (known !== undefined || names.size >= mostTexts) return known;
    const name = `confab_${names.size}`;
    names.set(text, name);
    return name;
  }

  function knownOf(client: pg.ClientBase): Known {
    const known = connections.get(client) ?? new Map();
    connections.set(client, known);
    return known;
  }

  return {
    nameFor(client, text) {
      if (!keepsStatements(client)) return undefined;
      const name = nameOf(text);
      if (name === undefined) return undefined;
      const known = knownOf(client);
      const state = known.get(name);
      if (state === 'ready') return name;
      // Sent without waiting for each other, all but the first would rest on what is not known to have gone well.
      if (state !== undefined) return undefined;
      known.set(name, 'asked');
      return name;
    },
    settled(client, name, error) {
      const known = knownOf(client);
      if (error === undefined) known.set(name, 'ready');
      else if (known.get(name) === 'asked' || isUnusable(error)) known.set(name, 'never');
    },
  };
}

/**
 * Behind a pooler the next statement may go to another server's connection, which knows none of the names. Its address says so: the
 * start-up parameters that it would refuse are taken out.
 */
function keepsStatements(client: pg.ClientBase): boolean {
  const { connectionParameters } = client as unknown as { connectionParameters: { statement_timeout?: unknown } };
  return Boolean(connectionParameters.statement_timeout);
}
