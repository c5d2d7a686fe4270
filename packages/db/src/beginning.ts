import pg from 'pg';

/**
 * A transaction's first statement with the `begin` ahead of it, as one request, of which PostgreSQL does all or nothing. Of two
 * requests the first may fail (cancelled, out of time after the server had stood still) and the second, which is on its way
 * already, would take effect outside any transaction: for good, and whatever becomes of the rest.
 */
export function sendBeginning(client: pg.ClientBase, begin: string, { text, values, name }: { text: string; values: readonly unknown[]; name: string | undefined }): Promise<unknown> {
  // Without parameters it may be several statements, which PostgreSQL does as one.
  if (values.length === 0) return client.query(`${begin}; ${text}`);
  return new Promise((resolve, reject) => {
    const statement = { text, values: values as unknown[], ...(name === undefined ? {} : { name }) };
    const query = new pg.Query(statement, (error, results) => (error ? reject(error) : resolve(results)));
    const submit = query.submit.bind(query);
    query.submit = (connection) => {
      connection.stream.cork();
      try {
        connection.parse({ name: '', text: begin, types: [] }, true);
        connection.bind({}, true);
        connection.execute(null, true);
        // Ends with the one Sync of them both.
        return submit(connection);
      } finally {
        connection.stream.uncork();
      }
    };
    client.query(query);
  });
}
