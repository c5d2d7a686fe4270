import { expect, test } from 'vitest';
import { createGateways, versioned } from './gateways.ts';

const urls = ['ws://one/', 'ws://two/', 'ws://three/'];

test('the first, unless it failed lately; the latest failure comes last', () => {
  const offered: string[][] = [];
  const gateways = createGateways((ordered) => {
    offered.push([...ordered]);
    return ordered[0] as string;
  });
  gateways.choose(urls);
  gateways.avoid('ws://one/');
  gateways.avoid('ws://two/');
  gateways.choose(urls);
  gateways.avoid('ws://one/');
  gateways.choose(urls);
  gateways.forget();
  gateways.choose(urls);
  expect(offered).toEqual([urls, ['ws://three/', 'ws://one/', 'ws://two/'], ['ws://three/', 'ws://two/', 'ws://one/'], urls]);
});

test('a preferred gateway comes first, even if the ticket does not name it, until it fails', () => {
  const gateways = createGateways((ordered) => ordered[0] as string);
  gateways.avoid('ws://one/');
  gateways.prefer('ws://four/');
  expect(gateways.choose(urls)).toBe('ws://four/');
  gateways.avoid('ws://four/');
  expect(gateways.choose(urls)).toBe('ws://two/');
});

test.each([
  ['wss://chat.example.org/gateway', 'wss://chat.example.org/gateway?v=1'],
  ['wss://chat.example.org/gateway?v=2', 'wss://chat.example.org/gateway?v=2'],
])('%s is opened as %s', (url, opened) => {
  expect(versioned(url)).toBe(opened);
});
