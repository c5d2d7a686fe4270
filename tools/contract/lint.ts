import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkout } from '../stack/places.ts';
import { runCommand } from '../test/command.ts';
import { inputPointers } from './inputs.ts';

const bin = (name: string): string => join(checkout, 'tools/node_modules/.bin', name);
const errorSeverity = 0;

/** OWASP asks for a bound on everything. A client's input needs one; how much we answer is our own doing, and a bound on it would be a promise that nobody needs. */
const aboutInputs = ['array-limit', 'integer-limit', 'string-limit'].map((name) => `owasp:api4:2023-${name}`);

type Finding = { code: string; message: string; path: (string | number)[]; severity: number };

/** Redocly over the sources, both documents. Answers its words where it finds an error. */
export async function lintSources(spec: string): Promise<string[]> {
  const { code, output } = await runCommand(bin('redocly'), ['lint', `--config=${join(spec, 'redocly.yaml')}`, '--format=stylish'], {
    env: { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
  });
  return code === 0 ? [] : [output.trim()];
}

/** Spectral with OWASP's rules over the bundled document, whose file must be called openapi.json. */
export async function lintBundle(file: string): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'confab-lint-'));
  const report = join(folder, 'report.json');
  try {
    const { code, output } = await runCommand(bin('spectral'), ['lint', file, '--ruleset', 'tools/contract/spectral.yaml', '--format=json', `--output=${report}`]);
    // 1 says that it found something, more that it could not look.
    if (code === null || code > 1) return [output.trim()];
    const document = JSON.parse(readFileSync(file, 'utf8')) as Parameters<typeof inputPointers>[0];
    return errorsOf(JSON.parse(readFileSync(report, 'utf8')) as Finding[], inputPointers(document));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function errorsOf(findings: readonly Finding[], inputs: ReadonlySet<string>): string[] {
  const concernsClients = ({ code, path }: Finding): boolean =>
    !aboutInputs.includes(code) || inputs.has(`#/${path.slice(0, 3).join('/')}`) || (path[0] === 'paths' && !path.includes('responses'));
  return findings.filter((finding) => finding.severity === errorSeverity && concernsClients(finding)).map(({ code, message, path }) => `${path.join('/')}: ${message} (${code})`);
}
