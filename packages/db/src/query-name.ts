import type { CompiledQuery, Kysely, KyselyPlugin, RootOperationNode, Transaction } from 'kysely';

type NamedNode = RootOperationNode & { readonly queryName?: string };

/**
 * Gives the queries made through the result a name for log and metrics: `named(db, 'messages.insert').insertInto(…)`,
 * `sql`…`.execute(named(db, 'stream.lock'))`. Names are constants of the code, subject first: their number is a
 * number of time series.
 */
export function named<D extends Kysely<S> | Transaction<S>, S>(db: D & Kysely<S>, name: string): D {
  return db.withPlugin(namePlugin(name)) as unknown as D;
}

function namePlugin(name: string): KyselyPlugin {
  return {
    transformQuery: ({ node }) => Object.freeze({ ...node, queryName: name }),
    transformResult: async ({ result }) => result,
  };
}

export function queryName(query: CompiledQuery): string {
  return (query.query as NamedNode).queryName ?? 'unnamed';
}
