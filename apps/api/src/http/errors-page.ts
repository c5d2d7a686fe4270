import { closeCodes, errors } from '@confab/contract';

/** Every code of both catalogues with an anchor of its own; a problem's `type` leads here. No script, so nothing to escape at run time. */
export function errorsPage(): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>Error codes · Confab API</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="/docs/reference.css" />
  </head>
  <body>
    <nav class="bar" aria-label="Documentation"><strong>Confab API</strong> <a href="/docs">Reference</a></nav>
    <main class="page">
      <h1>Error codes</h1>
      <p>Every error answer is a problem document (RFC 9457) whose <code>code</code> is one of these and does not change. A retryable request may be sent again as it is, after <code>Retry-After</code> if that is given.</p>
      ${table(
        'Problems',
        ['Code', 'Status', 'What it means', 'Retryable'],
        Object.entries(errors).map(([code, { status, title, retryable }]) => [code, String(status), title, retryable ? 'yes' : 'no']),
      )}
      ${table(
        'Close codes of the gateway',
        ['Code', 'Name', 'When', 'What a client does'],
        Object.entries(closeCodes).map(([code, { name, meaning, action }]) => [code, name, meaning, actions[action]]),
      )}
    </main>
  </body>
</html>
`;
}

const actions: Record<(typeof closeCodes)[keyof typeof closeCodes]['action'], string> = {
  never: 'stops',
  resume: 'reconnects at once, with its cursors',
  backoff: 'reconnects later',
  reauth: 'refreshes its session, then reconnects',
};

function table(caption: string, head: readonly string[], rows: readonly string[][]): string {
  const headCells = head.map((cell) => `<th scope="col">${escape(cell)}</th>`).join('');
  const bodyRows = rows.map(([code = '', ...cells]) => {
    const rest = cells.map((cell, index) => `<td data-label="${escape(head[index + 1] ?? '')}">${escape(cell)}</td>`).join('');
    return `<tr id="${escape(code)}"><th scope="row"><a href="#${escape(code)}"><code>${escape(code)}</code></a></th>${rest}</tr>`;
  });
  return `<h2>${escape(caption)}</h2>
      <table><thead><tr>${headCells}</tr></thead><tbody>
${bodyRows.join('\n')}
      </tbody></table>`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
