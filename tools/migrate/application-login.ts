import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { loginSettings } from '@confab/db';
import { serverUrls } from '@confab/runtime';
import { Client } from 'pg';
import { primaryOf } from './target.ts';

/** Holds the rights, and is made by the migrations. */
const applicationRole = 'confab_app';
/** How the embedded servers' processes log in; elsewhere DATABASE_URL names whom it likes. */
const embeddedLogin = 'confab_service';

/** The same database, as the application's login. */
export function asApplication(databaseUrl: string, password: string): string {
  const url = new URL(databaseUrl);
  url.username = embeddedLogin;
  url.password = password;
  return url.href;
}

/**
 * Lets the user of `applicationUrl` in, with the password that stands there and the application's rights. It takes the rights to
 * make roles; whoever has not got them makes that user by hand, and gives one address to both.
 */
export async function ensureApplicationLogin(ownerUrl: string, applicationUrl: string): Promise<void> {
  const { username, password } = new URL(serverUrls(applicationUrl)[0] ?? applicationUrl);
  if (username === '' || username === new URL(serverUrls(ownerUrl)[0] ?? ownerUrl).username) return;
  if (password === '') throw new Error(`The address of the database has no password for ${username}.`);
  const client = new Client({ connectionString: await primaryOf(ownerUrl), application_name: 'confab-migrate', connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    const { rows } = await client.query<{ rolname: string }>('SELECT rolname FROM pg_roles WHERE rolname = ANY($1)', [[applicationRole, decodeURIComponent(username)]]);
    const names = rows.map(({ rolname }) => rolname);
    if (!names.includes(applicationRole)) throw new Error(`The database has no role ${applicationRole}. Run \`pnpm migrate up\`.`);
    const login = client.escapeIdentifier(decodeURIComponent(username));
    const setting = await client.query<{ iterations: number }>("SELECT current_setting('scram_iterations')::int AS iterations");
    const verifier = client.escapeLiteral(scramVerifier(decodeURIComponent(password), setting.rows[0]?.iterations ?? 4096));
    await client.query(`${names.includes(decodeURIComponent(username)) ? 'ALTER' : 'CREATE'} ROLE ${login} LOGIN PASSWORD ${verifier}`);
    await client.query(`GRANT ${applicationRole} TO ${login}`);
    // The processes say so themselves when they connect, except through a pooler, which takes no such parameters.
    for (const [name, ms] of Object.entries(loginSettings)) await client.query(`ALTER ROLE ${login} SET ${name} = ${ms}`);
  } finally {
    await client.end();
  }
}

/** What PostgreSQL would keep (RFC 5803): so the password itself is in no statement that the server may log. */
function scramVerifier(password: string, iterations: number): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const key = (name: string): Buffer => createHmac('sha256', salted).update(name).digest();
  const storedKey = createHash('sha256').update(key('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${key('Server Key').toString('base64')}`;
}
