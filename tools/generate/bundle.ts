import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Schema = { [key: string]: Json };
export interface Operation {
  operationId: string;
  parameters?: { $ref?: string }[];
  requestBody?: unknown;
  responses: Record<string, unknown>;
  'x-emits'?: string[];
  'x-rate-limit'?: string;
}
export interface Limit {
  limit: number;
  windowSeconds: number;
}
export interface OpenApi {
  info: { version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; parameters?: Record<string, Schema> };
}
export interface AsyncApi {
  components: {
    schemas: Record<string, Schema>;
    messages: Record<string, { name: string; payload: { $ref: string } }>;
  };
}
export interface Documents {
  openapi: OpenApi;
  asyncapi: AsyncApi;
  errors: Record<string, { status: number; title: string; retryable: boolean }>;
  closeCodes: Record<string, { name: string; action: string; meaning: string }>;
  rateLimits: Record<string, { user?: Limit; address?: Limit; outage: string }>;
}

/** Reads spec/ into whole documents: one OpenAPI, one AsyncAPI, the two catalogues. Throws where they contradict. */
export async function bundleDocuments(spec: string, scratch: string): Promise<Documents> {
  const yaml = (name: string) => parse(readFileSync(join(spec, name), 'utf8'));
  const errors = yaml('errors.yaml') as Documents['errors'];
  const closeCodes = yaml('close-codes.yaml') as Documents['closeCodes'];
  const rateLimits = yaml('rate-limits.yaml') as Documents['rateLimits'];
  const openapi = bundle(spec, 'openapi.yaml', scratch) as unknown as OpenApi;
  const asyncapi = bundle(spec, 'asyncapi.yaml', scratch) as unknown as AsyncApi & { 'x-close-codes': unknown };

  for (const document of [openapi, asyncapi]) {
    const code = document.components.schemas['ErrorCode'];
    if (code) code['x-known-values'] = Object.keys(errors);
  }
  asyncapi['x-close-codes'] = closeCodes;
  refuseUnknownEvents(openapi, asyncapi);
  refuseUnknownRateLimits(belowBase(openapi), rateLimits);
  refuseTwoMeanings(openapi, asyncapi);
  return { openapi, asyncapi, errors, closeCodes, rateLimits };
}

function bundle(spec: string, name: string, scratch: string): Record<string, Json> {
  const cli = join(dirname(createRequire(import.meta.url).resolve('@redocly/cli/package.json')), 'bin/cli.js');
  const output = join(scratch, name.replace('.yaml', '.json'));
  const run = spawnSync(process.execPath, [cli, 'bundle', name, '--config', 'redocly.yaml', '-o', output], {
    cwd: spec,
    encoding: 'utf8',
    env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
  });
  if (run.status !== 0) throw new Error(`${name} does not bundle:\n${run.stdout}${run.stderr}`);
  return JSON.parse(readFileSync(output, 'utf8')) as Record<string, Json>;
}

function refuseUnknownEvents(openapi: OpenApi, asyncapi: AsyncApi): void {
  const known = new Set(Object.values(asyncapi.components.messages).map((message) => message.name));
  for (const [path, item] of Object.entries(openapi.paths)) {
    for (const operation of Object.values(item)) {
      const unknown = (operation['x-emits'] ?? []).filter((event) => !known.has(event));
      if (unknown.length > 0) throw new Error(`${path}: x-emits names ${unknown.join(', ')}, which asyncapi.yaml does not have`);
    }
  }
}

/** What is mounted below the base path: a path with servers of its own is served beside the API, by no operation's handler, and called through no SDK. */
export function belowBase(openapi: OpenApi): OpenApi {
  return { ...openapi, paths: Object.fromEntries(Object.entries(openapi.paths).filter(([, item]) => !('servers' in item))) };
}

function refuseUnknownRateLimits(openapi: OpenApi, rateLimits: Documents['rateLimits']): void {
  for (const item of Object.values(openapi.paths)) {
    for (const { operationId, 'x-rate-limit': limit } of Object.values(item).filter((operation) => operation.operationId)) {
      if (!limit || !rateLimits[limit]) throw new Error(`${operationId}: x-rate-limit is missing or not in rate-limits.yaml: ${limit}`);
    }
  }
}

function refuseTwoMeanings(openapi: OpenApi, asyncapi: AsyncApi): void {
  for (const [name, schema] of Object.entries(asyncapi.components.schemas)) {
    const other = openapi.components.schemas[name];
    if (other && JSON.stringify(other) !== JSON.stringify(schema)) {
      throw new Error(`the two documents mean different things by the schema ${name}`);
    }
  }
}
