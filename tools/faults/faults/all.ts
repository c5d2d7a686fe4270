import type { Fault } from '../harness/fault.ts';
import { clientFaults } from './clients.ts';
import { clockFaults } from './clocks.ts';
import { linkFaults } from './links.ts';
import { postgresFaults } from './postgres.ts';
import { processFaults } from './processes.ts';
import { redisFaults } from './redis.ts';

export const allFaults: readonly Fault[] = [...processFaults, ...redisFaults, ...postgresFaults, ...clientFaults, ...linkFaults, ...clockFaults];

export function faultNamed(name: string): Fault {
  const fault = allFaults.find((candidate) => candidate.name === name);
  if (fault === undefined) throw new Error(`there is no fault ${name}; there are: ${allFaults.map((candidate) => candidate.name).join(', ')}`);
  return fault;
}
