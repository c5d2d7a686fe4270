import { spawn } from 'node:child_process';
import { checkout } from '../stack/places.ts';

export type CommandResult = { code: number | null; output: string };

type CommandOptions = {
  env?: NodeJS.ProcessEnv | undefined;
  isShown?: boolean;
  /** Takes what the others leave of the processors. */
  isPatient?: boolean;
};

/** Runs a command in the checkout to its end. Shown: its words go to the terminal as they come; else they are handed back. */
export function runCommand(command: string, args: readonly string[], { env, isShown = false, isPatient = false }: CommandOptions = {}): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn('setpriv', ['--pdeathsig=TERM', ...(isPatient ? ['nice', '-n', '10'] : []), command, ...args], {
      cwd: checkout,
      env: { ...process.env, ...env },
      stdio: ['ignore', isShown ? 'inherit' : 'pipe', isShown ? 'inherit' : 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (bytes: Buffer) => (output += bytes.toString()));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}
