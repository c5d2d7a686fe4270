import type { ProcessState, System } from './system.ts';

/** One screen for a person. */
export function screen(system: System): string {
  const { at, verdict, problems, processes, database, replicas, redis, sockets, jobs } = system;
  const headline = { ok: 'all is well', degraded: 'something is wrong', unreachable: 'nothing answers' }[verdict];
  const rows: [string, string][] = [
    ...processes.map((process): [string, string] => [process.name, lineOf(process)]),
    ['', ''],
    ['primary', databaseLine(database)],
    ...replicas.map((state): [string, string] => [`replica ${state.replica}`, `${state.address}  ${state.isUp ? `${state.behindBytes} bytes behind${readersOf(system, state.replica)}` : state.reason}`]),
    ...(redis ?? [undefined]).map((node): [string, string] => ['redis', redisLine(node)]),
    ['breakers', breakersLine(processes)],
    ['sockets', String(sockets)],
    ['jobs', jobs === undefined ? 'unknown' : `${jobs.ready} ready, ${jobs.scheduled} scheduled, ${jobs.running} running, ${jobs.dead} dead`],
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  const body = rows.map(([label, text]) => `  ${label.padEnd(width)}  ${text}`.trimEnd());
  const wrong = problems.length === 0 ? [] : ['', ...problems.map((problem) => `! ${problem}`)];
  return [`Confab: ${headline}  (${at.slice(0, 19).replace('T', ' ')} UTC)`, '', ...body, ...wrong, ''].join('\n');
}

function lineOf(process: ProcessState): string {
  if (!process.isUp) return `${'DOWN'.padEnd(9)}  ${process.reason}`;
  const { status, port, opsUrl } = process;
  const ready = status.readiness.status === 'ok' ? 'ready' : 'NOT READY';
  const ports = [...new Set([port, new URL(opsUrl).port].map(String))].filter((each) => each !== 'undefined').join(' and ');
  const { sockets: open, streams } = status.figures;
  const sockets = open === undefined ? '' : `, ${Number(open)} sockets in ${Number(streams)} streams`;
  return `${ready.padEnd(9)}  ${status.version} on Node ${status.nodeVersion}, up ${duration(status.uptimeSeconds)}, pid ${status.pid}, port ${ports}${sockets}`;
}

function databaseLine(database: System['database']): string {
  if (database === undefined) return 'not asked: set DATABASE_URL';
  if (!database.isUp) return `${database.address}  ${database.reason}`;
  const { newest, missing, unknown } = database.schema;
  return `${database.address}  PostgreSQL ${database.version}, schema ${newest}${missing.length + unknown.length === 0 ? ', current' : ''}`;
}

function redisLine(node: NonNullable<System['redis']>[number] | undefined): string {
  if (node === undefined) return 'not asked';
  return `${node.address}  ${node.isUp ? `version ${node.version}, ${node.usedMemory} in use, ${node.clients} clients` : node.reason}`;
}

function readersOf({ processes }: System, replica: number): string {
  const seen = processes.flatMap((process) => (process.isUp ? [(process.status.figures['replicas'] as { replica: number; isInRotation: boolean; lagMs: number }[] | undefined)?.find((each) => each.replica === replica)] : []));
  const known = seen.filter((each) => each !== undefined);
  if (known.length === 0) return '';
  return `, read from by ${known.filter(({ isInRotation }) => isInRotation).length} of ${known.length} processes, which see it ${Math.max(...known.map(({ lagMs }) => lagMs))} ms behind`;
}

function breakersLine(processes: readonly ProcessState[]): string {
  const states = processes.flatMap((process) => (process.isUp ? Object.values(process.status.readiness.breakers ?? {}) : []));
  const open = states.filter((state) => state !== 'closed').length;
  return open === 0 ? `all ${states.length} closed` : `${open} of ${states.length} not closed`;
}

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} days`;
}
