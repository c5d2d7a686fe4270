import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type Secrets = {
  confabSecret: string;
  postgresPassword: string;
  applicationPassword: string;
  redisPassword: string;
  demoPassword: string;
};

/** Made at the first start and kept: the data can be read with these alone. */
export function loadSecrets(dataDirectory: string): Secrets {
  const path = join(dataDirectory, 'secrets.json');
  const kept = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Partial<Secrets>) : undefined;
  if (kept === undefined && existsSync(join(dataDirectory, 'postgres/primary'))) {
    throw new Error(`${path} is missing, and the database in ${dataDirectory} cannot be opened without it. Bring it back, or remove the folder to begin anew.`);
  }
  const secrets: Secrets = {
    confabSecret: random(32),
    postgresPassword: random(18),
    applicationPassword: random(18),
    redisPassword: random(18),
    demoPassword: random(9),
    ...kept,
  };
  writePrivateJson(path, secrets);
  return secrets;
}

export function writePrivateJson(path: string, value: unknown): void {
  const part = `${path}.part`;
  writeFileSync(part, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(part, path);
}

function random(bytes: number): string {
  return randomBytes(bytes).toString('base64url');
}
