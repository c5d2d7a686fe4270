import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createTestUser, freePort, startTestStack } from '@confab/testing';
import type { TestApp, TestStack, TestUser } from '@confab/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { findPrograms } from '../stack/debian-programs.ts';
import { checkout } from '../stack/places.ts';
import { makeTemporaryFolder } from '../stack/temporary-folder.ts';
import { gather } from '../status/gather.ts';
import { findPlaces } from '../status/places.ts';
import { screen } from '../status/screen.ts';
import { exitCodes } from '../status/system.ts';
import { runCommand } from '../test/command.ts';
import { everyKindOfTraffic, insertCrowd } from './crowd.ts';
import { parseExposition } from './exposition.ts';
import type { Family } from './exposition.ts';
import { readMetricList, sampleNames } from './metric-list.ts';
import { alertsFile, startOwnPrometheus } from './own-prometheus.ts';
import type { OwnPrometheus } from './own-prometheus.ts';
import { promtool } from './promtool.ts';
import type { PrometheusPrograms } from './promtool.ts';

type Panel = { title: string; targets?: { expr: string }[] };
type Rule = { alert: string; expr: string; annotations: { summary: string; runbook: string } };

const read = (path: string): string => readFileSync(join(checkout, path), 'utf8');
const listed = readMetricList();
const alerts = (parse(readFileSync(alertsFile, 'utf8')) as { groups: { rules: Rule[] }[] }).groups.flatMap(({ rules }) => rules);
const panels = (JSON.parse(read('tools/boards/grafana/dashboards/confab.json')) as { panels: Panel[] }).panels;
const boardExpressions = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr: expr.replaceAll('$__rate_interval', '30s') })));
const metricsIn = (expression: string): string[] => [...expression.matchAll(/\b(?:confab|nodejs|process)_[a-z\d_]+\b(?!=)/g)].map(([name]) => name);
const patient = { timeout: 60_000, interval: 500 };

let folder: string;
let programs: PrometheusPrograms;
let stack: TestStack;
let apps: TestApp[];
let ada: TestUser;
let rooms: string[];
let prometheus: OwnPrometheus;

beforeAll(async () => {
  folder = await makeTemporaryFolder();
  programs = await findPrograms(['prometheus', 'promtool'], 'prometheus');
  // It is started again, and must be found where it was.
  stack = await startTestStack({ gateways: 1, worker: true, env: { WORKER_OPS_PORT: String(await freePort()) } });
  apps = [stack.api, ...stack.gateways, ...(stack.worker === undefined ? [] : [stack.worker])];
  prometheus = await startOwnPrometheus({ programs, folder: join(folder, 'prometheus'), targets: apps.map(({ opsPort }) => `127.0.0.1:${opsPort}`) });
  ada = await createTestUser(stack);
  rooms = await insertCrowd(stack.database.url, [ada.user.id, (await createTestUser(stack)).user.id], 600);
}, 300_000);

afterAll(async () => {
  await prometheus?.stop();
  await stack?.stop();
  await rm(folder, { recursive: true, force: true });
});

const expositionOf = async ({ opsPort }: TestApp): Promise<string> => (await fetch(`http://127.0.0.1:${opsPort}/metrics`)).text();
const familiesOf = async (app: TestApp): Promise<Map<string, Family>> => parseExposition(await expositionOf(app));

test('docs/metrics.md lists what the processes expose, and nothing else', async () => {
  await everyKindOfTraffic(stack, ada, rooms.slice(0, 2));
  for (const app of apps) {
    const families = [...(await familiesOf(app)).values()];
    const rows = listed.filter(({ processes }) => processes.includes(app.name));
    expect(families.map(({ name, type, help }) => `${name} ${type}: ${help}`).toSorted(), app.name).toEqual(rows.map(({ name, type, help }) => `${name} ${type}: ${help}`).toSorted());
    for (const { name, labels } of families) expect([...labels].filter((label) => !rows.find((row) => row.name === name)?.labels.includes(label)), `labels of ${name}`).toEqual([]);
  }
});

test('promtool finds nothing against the names, types and help texts of any process', async () => {
  for (const app of apps) expect(await promtool(programs, ['check', 'metrics'], await expositionOf(app)), app.name).toEqual({ code: 0, output: '' });
});

test('ten thousand users and rooms, and every odd request, make no series more', { timeout: 180_000 }, async () => {
  const series = async () => new Map(await Promise.all(apps.map(async (app) => [app.name, new Set([...(await familiesOf(app)).values()].flatMap((family) => family.series))] as const)));
  // Caches and the replica are believed only after a while, whichever test comes first: their series are not those that a room makes.
  const isWarm = async () => /confab_cache_events_total\{cache="rooms",outcome="hit"[^}]*\} [1-9]/.test(await expositionOf(stack.api)) && /confab_db_reads_total\{target="replica"[^}]*\} [1-9]/.test(await expositionOf(stack.api));
  const readRooms = () => Promise.all(rooms.slice(0, 3).flatMap((room) => [ada.confab.rest.getRoom(room), ada.confab.rest.listMessages(room, { limit: 5 })]));
  await expect.poll(async () => (await readRooms(), isWarm()), patient).toBe(true);
  await everyKindOfTraffic(stack, ada, rooms.slice(0, 3));
  const before = await series();
  const [turns, few] = [20, 3];
  await everyKindOfTraffic(stack, ada, rooms.slice(100, 100 + turns));
  const after = await series();
  for (const [name, all] of after) {
    const added = [...all].filter((each) => before.get(name)?.has(each) !== true);
    // By name and labels, whatever the bucket: a slow machine may meet one answer or query more, and an id would be there in each turn.
    const kinds = new Set(added.map((each) => each.replace(/_(bucket|sum|count)\{/, '{').replace(/,?le="[^"]*"/, '').replace(/[{},]+/g, ' ').split(' ').toSorted().join(' ')));
    console.log(`${name}: ${all.size} series, ${added.length} of them new`);
    expect(kinds.size <= few ? [] : [...kinds].slice(0, 12), name).toEqual([]);
    expect([...all].filter((each) => /[\da-f]{8}-[\da-f]{4}-/i.test(each))).toEqual([]);
  }
  expect(stack.gateways[0]?.log.some(({ msg, rooms: largest }) => msg === 'largest rooms' && rooms.includes((largest as { roomId: string }[])[0]?.roomId ?? ''))).toBe(true);
});

test('a Prometheus reads the p95 of each named query off the running processes', { timeout: 120_000 }, async () => {
  await everyKindOfTraffic(stack, ada, rooms.slice(10, 12));
  const asked = async () => [...(await expositionOf(stack.api)).matchAll(/^confab_db_query_duration_seconds_count\{.*\bquery="([^"]+)".*\} [1-9]/gm)].map(([, query]) => query ?? '');
  const queries = await asked();
  expect(queries).toEqual(expect.arrayContaining(['rooms.findStanding', 'transaction.commit', 'stream.append']));
  const p95 = (selector: string) => prometheus.query(`histogram_quantile(0.95, sum by (le, query) (${selector}))`);
  const read95 = async (selector: string) => (await p95(selector)).filter(({ value }) => value > 0).map(({ labels }) => labels['query']);
  await expect.poll(() => read95('confab_db_query_duration_seconds_bucket{process="api"}'), patient).toEqual(expect.arrayContaining(queries));
  // As the board and the alerts ask: of a while.
  await expect.poll(async () => (await everyKindOfTraffic(stack, ada, rooms.slice(12, 13)), read95('rate(confab_db_query_duration_seconds_bucket[30s])')), patient).toContain('stream.append');
  console.log((await p95('confab_db_query_duration_seconds_bucket')).map(({ labels, value }) => `${labels['query']}: p95 ${(value * 1000).toFixed(1)} ms`).toSorted().join('\n'));
});

test('every alert and every panel can be evaluated there, and panels show data', { timeout: 180_000 }, async () => {
  await expect.poll(async () => (await prometheus.rules()).map(({ name, error }) => `${name} ${error}`), patient).toEqual(alerts.map(({ alert }) => `${alert} `));
  expect(boardExpressions.length).toBeGreaterThan(50);
  await everyKindOfTraffic(stack, ada, rooms.slice(20, 22));
  for (const { title, expr } of boardExpressions) {
    // For half a minute after Redis was empty nothing is read from a cache.
    const readARoom = () => Promise.all([1, 2].map(() => ada.confab.rest.getRoom(rooms[20] ?? '')));
    await expect.poll(async () => (await prometheus.query(expr)).length || (await readARoom(), 0), { ...patient, message: `${title}: ${expr}` }).toBeGreaterThan(0);
  }
});

test('confab status says how the system is, and plainly which process is gone', { timeout: 120_000 }, async () => {
  const env = { DATABASE_DIRECT_URL: stack.database.url, DATABASE_REPLICA_URLS: stack.database.replicaUrl, REDIS_URL: stack.redisUrl };
  const urls = apps.map(({ opsPort }) => `http://127.0.0.1:${opsPort}`);
  const ask = () => gather(findPlaces(urls, env));
  // On a busy machine a breaker may be open for a moment.
  await expect.poll(async () => (await ask()).problems, patient).toEqual([]);
  const well = screen(await ask());
  expect(well).toMatch(/^Confab: all is well/);
  expect(well).toMatch(/gateway +ready .* sockets in \d+ streams\n/);
  expect(well).toMatch(/primary .* PostgreSQL 18.*, current\n/);
  expect(well).toMatch(/replica 1 .* read from by 3 of 3 processes/);
  expect(well).toMatch(/jobs .* 0 dead\n/);
  for (const url of [...stack.redisUrl.split(','), stack.database.url]) expect(well).not.toContain(new URL(url).password);
  const { worker } = stack;
  await worker?.kill();
  try {
    const { code, output } = await runCommand(process.execPath, ['tools/status/cli.ts', 'status', '--json', '--ops', urls.join()], { env });
    expect([code, JSON.parse(output)]).toMatchObject([1, { verdict: 'degraded', problems: [`127.0.0.1:${worker?.opsPort} cannot be reached`] }]);
    expect(screen(await ask())).toMatch(new RegExp(`^Confab: something is wrong[^]*DOWN[^]*! 127.0.0.1:${worker?.opsPort} cannot be reached`));
  } finally {
    await worker?.restart();
  }
  const { verdict } = await gather({ processes: [{ name: 'api', opsUrl: 'http://127.0.0.1:1' }], replicaUrls: [] });
  expect([verdict, exitCodes[verdict]]).toEqual(['unreachable', 2]);
});

test('alerts and panels name only metrics that are listed', () => {
  const known = new Set(listed.flatMap(sampleNames));
  for (const expression of [...alerts.map(({ expr }) => expr), ...boardExpressions.map(({ expr }) => expr)]) {
    expect(metricsIn(expression).filter((name) => !known.has(name)), expression).toEqual([]);
  }
});

test('each alert has its part in the runbook, and no part is left without one', () => {
  const headings = [...read('docs/runbook.md').matchAll(/^## (\w+)\n\n\S/gm)].map(([, name]) => name);
  expect(headings).toEqual(alerts.map(({ alert }) => alert));
  for (const { alert, annotations } of alerts) expect(annotations.runbook).toBe(`docs/runbook.md#${alert.toLowerCase()}`);
});

test('promtool accepts rules and configuration, and the alerts fire and keep silent as their tests say', { timeout: 120_000 }, async () => {
  const rules = 'tools/boards/prometheus';
  expect(await promtool(programs, ['check', 'rules', `${rules}/alerts.yml`])).toMatchObject({ code: 0 });
  expect(await promtool(programs, ['check', 'config', `${rules}/prometheus.yml`])).toMatchObject({ code: 0 });
  const tried = parse(read(`${rules}/alerts.test.yml`)) as { tests: { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[] };
  const of = (fires: boolean) => tried.tests.flatMap(({ alert_rule_test: each }) => each.filter(({ exp_alerts: alert }) => alert.length > 0 === fires).map(({ alertname }) => alertname));
  expect(of(true).toSorted()).toEqual(alerts.map(({ alert }) => alert).toSorted());
  expect(of(false).toSorted()).toEqual(of(true).toSorted());
  expect(await promtool(programs, ['test', 'rules', `${rules}/alerts.test.yml`])).toMatchObject({ code: 0 });
});
