import type { System } from './system.ts';

type Facts = Omit<System, 'verdict' | 'problems'>;

/** More than this, and a replica is not read from. */
const mostLagMs = 2_000;

export function judge(facts: Facts): Pick<System, 'verdict' | 'problems'> {
  const { processes, database, replicas, redis, jobs } = facts;
  const isAnybodyThere = [...processes, database, ...replicas, ...(redis ?? [])].some((part) => part?.isUp === true);
  const problems = [...processes.flatMap(problemsOfProcess), ...problemsOfDatabase(database)];
  for (const { replica, ...state } of replicas) if (!state.isUp) problems.push(`replica ${replica}: ${state.reason}`);
  for (const node of redis ?? []) if (!node.isUp) problems.push(`redis ${node.address}: ${node.reason}`);
  if (jobs === undefined) problems.push('nobody tells of the jobs: is a worker running?');
  else if (jobs.dead > 0) problems.push(`${jobs.dead} jobs have used up their attempts`);
  const versions = new Set(processes.flatMap((process) => (process.isUp ? [process.status.version] : [])));
  if (versions.size > 1) problems.push(`several versions run: ${[...versions].join(', ')}`);
  return { verdict: !isAnybodyThere ? 'unreachable' : problems.length > 0 ? 'degraded' : 'ok', problems };
}

function problemsOfProcess(process: System['processes'][number]): string[] {
  if (!process.isUp) return [`${process.name} ${process.reason}`];
  const { name, status } = process;
  const { readiness, figures } = status;
  const checks = Object.entries(readiness.checks).flatMap(([check, { reason }]) => (reason === undefined ? [] : [`${check} (${reason})`]));
  const open = Object.entries(readiness.breakers ?? {}).filter(([, state]) => state !== 'closed').map(([breaker, state]) => `${breaker} is ${state.replace('_', ' ')}`);
  const lags = ((figures['replicas'] ?? []) as { replica: number; isInRotation: boolean; lagMs: number }[]).filter(({ isInRotation, lagMs }) => !isInRotation || lagMs > mostLagMs);
  return [
    ...(readiness.status === 'ok' ? [] : [`${name} is not ready: ${[readiness.reason, ...checks].filter(Boolean).join(', ')}`]),
    ...(open.length === 0 ? [] : [`${name} has given something up: ${open.join(', ')}`]),
    ...lags.map(({ replica, isInRotation, lagMs }) => `${name} ${isInRotation ? `sees replica ${replica} ${lagMs} ms behind` : `does not read from replica ${replica}`}`),
  ];
}

function problemsOfDatabase(database: System['database']): string[] {
  if (database === undefined) return [];
  if (!database.isUp) return [`primary: ${database.reason}`];
  const { missing, unknown } = database.schema;
  return [
    ...(missing.length === 0 ? [] : [`the schema lacks ${missing.join(', ')}: pnpm migrate up`]),
    ...(unknown.length === 0 ? [] : [`the schema is newer than this checkout: ${unknown.join(', ')}`]),
  ];
}
