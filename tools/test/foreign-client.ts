import { join } from 'node:path';
import { runCommand } from './command.ts';
import { launchStack } from './launch-stack.ts';
import type { Tally } from './tally.ts';

/** `npm start` as a user runs it, and a client that knows nothing but the documents. */
export async function checkForeignClient(tally: Tally, folder: string): Promise<void> {
  const stack = await launchStack({ CONFAB_DATA_DIR: join(folder, 'foreign-client') });
  try {
    const { code, output } = await runCommand(process.execPath, ['tools/examples/foreign-client.mjs', stack.apiUrl]);
    console.log(output.trimEnd());
    if (code === 0) tally.pass('a client that uses nothing of this repository');
    else tally.fail('a client that uses nothing of this repository');
  } finally {
    await stack.stop();
  }
}
