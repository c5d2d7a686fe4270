import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataDirectory } from '../stack/places.ts';

export function developmentDatabaseUrl(): string {
  const path = join(dataDirectory(), 'stack.json');
  if (!existsSync(path)) throw new Error('Set DATABASE_URL, or start the development stack first (npm start).');
  return (JSON.parse(readFileSync(path, 'utf8')) as { databaseUrl: string }).databaseUrl;
}
