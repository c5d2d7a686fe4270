import { expect, it } from 'vitest';

import { isBlank, tidyName } from './text.ts';

it.each([
  ['', true],
  [' \t\n', true],
  ['\u00a0\u3000', true],
  ['\u200b\u200d\ufeff', true],
  ['\u3164\u2800\u00ad', true],
  ['\u202e\u2066', true],
  ['\ufe0f', true],
  ['a', false],
  ['\u200ba', false],
  ['\u{1f468}\u200d\u{1f469}', false],
  ['.', false],
])('%j is blank: %s', (text, blank) => {
  expect(isBlank(text)).toBe(blank);
});

it.each([
  ['  Ada  ', 'Ada'],
  ['Ada\n\tLovelace', 'Ada Lovelace'],
  ['Ada\u202egnp', 'Adagnp'],
  ['\u0000x\u0007', 'x'],
  ['\u{1f468}\u200d\u{1f469}', '\u{1f468}\u200d\u{1f469}'],
])('%j becomes %j', (name, tidy) => {
  expect(tidyName(name)).toBe(tidy);
});
