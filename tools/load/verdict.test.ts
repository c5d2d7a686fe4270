import { expect, test } from 'vitest';
import { rowsOf, shortcomings } from './verdict.ts';

const threshold = { users: 1, spawnPerSecond: 1, seconds: 1, leastRequests: 100, p95Ms: { '*': 300, 'GET /a': 100 } };
const stat = { method: 'GET', name: '/a', num_requests: 100, num_failures: 0, response_times: { '10': 90, '90': 6, '900': 4 } };
const judge = (changes: object, limits: object = {}) => {
  const given = { ...threshold, ...limits };
  return shortcomings(rowsOf([{ ...stat, ...changes }], given), given);
};

test('reached', () => {
  expect(judge({})).toEqual([]);
  expect(rowsOf([stat], threshold)).toEqual([{ title: 'GET /a', requests: 100, failures: 0, p50: 10, p95: 90, limit: 100 }]);
});

test.each<[string, object, object, string]>([
  ['a threshold that is too low', {}, { p95Ms: { 'GET /a': 50 } }, 'GET /a: p95 90 ms, over 50 ms'],
  ['the one for all others', { name: '/b', response_times: { '400': 100 } }, { p95Ms: { '*': 300 } }, 'GET /b: p95 400 ms, over 300 ms'],
  ['a failure', { num_failures: 1 }, {}, 'GET /a: 1 failed'],
  ['too little done', { num_requests: 99 }, {}, '99 requests, and 100 were to be made'],
  ['something that never happened', { name: '/b' }, {}, 'GET /a: nothing was measured'],
])('not reached: %s', (_name, changes, limits, says) => expect(judge(changes, limits)).toEqual([says]));
