import { spawn } from 'node:child_process';
import { checkout } from '../stack/places.ts';
import type { Programs } from '../stack/debian-programs.ts';

export type PrometheusPrograms = Programs<'prometheus' | 'promtool'>;

export function promtool({ commands: { promtool: command }, env }: PrometheusPrograms, args: readonly string[], input = ''): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('setpriv', ['--pdeathsig=TERM', command, ...args], { cwd: checkout, env });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (output += bytes.toString()));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
