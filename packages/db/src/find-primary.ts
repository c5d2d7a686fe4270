import type { Logger } from '@confab/runtime';
import { pollTimeouts } from './pool.ts';
import { openPrimaryHosts } from './primary-hosts.ts';

/** Of an address with several hosts, the one of the host that takes writes: for tools that open connections of their own. */
export async function findPrimary(url: string, logger: Logger): Promise<string> {
  const hosts = openPrimaryHosts({ url, applicationName: 'confab', logger, timeouts: pollTimeouts });
  try {
    await hosts.look();
    return hosts.url;
  } finally {
    await hosts.stop();
  }
}
