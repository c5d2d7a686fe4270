import { isAlive, type Status } from '@confab/runtime';
import { askDatabase, askRedis, askReplica } from './servers.ts';
import type { JobCounts, Places, ProcessState, System } from './system.ts';
import { judge } from './verdict.ts';

/** More than the two seconds that a check may take. */
const patienceMs = 4_000;

export async function gather({ processes: places, databaseUrl, replicaUrls, redisUrl }: Places): Promise<System> {
  const [processes, asked, redis] = await Promise.all([
    Promise.all(places.map(askProcess)),
    databaseUrl === undefined ? undefined : askDatabase(databaseUrl),
    redisUrl === undefined ? undefined : Promise.all(redisUrl.split(',').map((url) => askRedis(url.trim()))),
  ]);
  const { position, ...database } = asked ?? {};
  const replicas = await Promise.all(replicaUrls.map((url, index) => askReplica(url, index, position)));
  const statuses = processes.flatMap((process) => (process.isUp ? [process.status] : []));
  const facts = {
    at: new Date().toISOString(),
    processes,
    database: asked === undefined ? undefined : (database as System['database']),
    replicas,
    redis,
    sockets: statuses.reduce((sum, { figures }) => sum + Number(figures['sockets'] ?? 0), 0),
    jobs: (asked?.isUp === true ? asked.jobs : undefined) ?? statuses.map(({ figures }) => figures['jobs'] as JobCounts | undefined).find((jobs) => jobs !== undefined),
  };
  return { ...facts, ...judge(facts) };
}

async function askProcess({ name, opsUrl, pid, port }: Places['processes'][number]): Promise<ProcessState> {
  const facts = { name, opsUrl, ...(port === undefined ? {} : { port }) };
  try {
    const response = await fetch(`${opsUrl}/status`, { signal: AbortSignal.timeout(patienceMs) });
    if (!response.ok) return { ...facts, isUp: false, reason: `answers ${response.status}` };
    const status = (await response.json()) as Status;
    return { ...facts, name: pid === undefined ? status.process : name, isUp: true, status };
  } catch (error) {
    if (pid !== undefined && !isAlive(pid)) return { ...facts, isUp: false, reason: `is gone (it was process ${pid})` };
    const isHung = error instanceof DOMException;
    return { ...facts, isUp: false, reason: isHung ? `does not answer within ${patienceMs / 1000} s${pid === undefined ? '' : `, though process ${pid} is there`}` : 'cannot be reached' };
  }
}
