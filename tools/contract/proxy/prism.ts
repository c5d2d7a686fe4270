import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '@confab/testing';
import { checkout } from '../../stack/places.ts';

export interface Prism {
  readonly url: string;
  stop(): Promise<void>;
}

export type Violation = { readonly location: readonly string[]; readonly message: string; readonly severity: string };

type Part = { readonly [key: string]: unknown };

/** The document with its objects closed: for clients they are open, but a field that it does not name is a mistake of ours. */
export const closed = (text: string): string =>
  JSON.stringify(JSON.parse(text, (_key, value: unknown) => (isOpenObject(value) ? { ...value, additionalProperties: false } : value)));

const isOpenObject = (value: unknown): value is Part =>
  typeof value === 'object' && value !== null && [(value as Part)['type']].flat().includes('object') && !('additionalProperties' in value);

/** Stoplight's validating proxy before the server: it lets everything through, and says what the document has against it. */
export async function startPrism(document: string, upstream: string): Promise<Prism> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const cli = join(checkout, 'tools/node_modules/.bin/prism');
  const child = spawn('setpriv', ['--pdeathsig=KILL', cli, 'proxy', document, upstream, '--port', String(port), '--verboseLevel', 'fatal'], { stdio: ['ignore', 'inherit', 'inherit'] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  for (let left = 300; ; left -= 1) {
    const isUp = await fetch(url).then(() => true, () => false);
    if (isUp) break;
    if (left === 0 || child.exitCode !== null) throw new Error('Prism did not start');
    await delay(100);
  }
  return {
    url,
    async stop() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** What the document has against either side of an exchange. */
export function violationsOf(response: Response, side: 'request' | 'response'): Violation[] {
  const header = response.headers.get('sl-violations');
  const all = header === null ? [] : (JSON.parse(header) as Violation[]);
  return all.filter(({ location }) => location[0] === side);
}

/** Prism's own refusals: it knows no such path, or could not reach the server. */
export const isOwn = (body: string): boolean => body.includes('stoplight.io/prism/errors');
