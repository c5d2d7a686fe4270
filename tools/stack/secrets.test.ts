import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lockDataDirectory } from './lock.ts';
import { loadSecrets } from './secrets.ts';
import { makeTemporaryFolder } from './temporary-folder.ts';

async function withFolder(work: (folder: string) => void): Promise<void> {
  const folder = await makeTemporaryFolder();
  try {
    work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('secrets are made once, are long, differ, and are for the owner alone', async () => {
  await withFolder((folder) => {
    const secrets = loadSecrets(folder);
    expect(loadSecrets(folder)).toEqual(secrets);
    expect(new Set(Object.values(secrets)).size).toBe(5);
    expect(Buffer.from(secrets.confabSecret, 'base64url')).toHaveLength(32);
    expect(statSync(join(folder, 'secrets.json')).mode & 0o777).toBe(0o600);
  });
});

test('a database without its secrets is not given new ones', async () => {
  await withFolder((folder) => {
    mkdirSync(join(folder, 'postgres/primary'), { recursive: true });
    expect(() => loadSecrets(folder)).toThrow('secrets.json is missing');
  });
});

test('a data directory whose holder is gone can be taken, and is free after its release', async () => {
  await withFolder((folder) => {
    const release = lockDataDirectory(folder);
    // This process is no stack: the number in the lock is somebody else's by now.
    lockDataDirectory(folder);
    release();
    expect(() => statSync(join(folder, 'lock'))).toThrow('ENOENT');
  });
});
