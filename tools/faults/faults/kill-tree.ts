import { childrenOf } from '../../stack/children.ts';
import { freeze } from '../world.ts';

/** The process and all that it started, in one moment: none of them gets to write what the others left. */
export function killTree(pid: number): void {
  freeze({ pid });
  for (const each of [pid, ...childrenOf(pid)]) process.kill(each, 'SIGKILL');
}
