import { expect, test } from 'vitest';
import { renderPlain } from './plain.ts';
import { renderParsed } from './render.ts';

/** Put together at random from what may and what may not be plain, beginnings of syntax among it. */
const parts = ['word', 'Ünïcode', '日本語', 'и', '7', '1.', '1)', ' ', '  ', '.', ',', '!', '?', ';', "'", '(', ')', '(c)', 'www.', 'WWW.a.b', 'wwww.x', 'a.example.org', 'http', ':', '//', '@', '[x]', '!(', '-', '_', '*', '~', '&amp;', '<b>', '\\', '`', '#', '>', '|', '\n', '\t', '\u00a0', 'İ', 'ß', '\u202e', '\ufdd0', '𝔘', ':', '"', '--', '=', '+', '$', '%', '`code`', ' `a_b.c/d` ', '**', '**two words**', ' **bold** ', ' **bold:**', '*em*'];

function random(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

test('what needs no parser is what the parser makes of it', () => {
  const next = random(20_261_122);
  let plain = 0;
  let withMarks = 0;
  for (let n = 0; n < 20_000; n += 1) {
    const source = (n % 2 ? 'a' : '') + Array.from({ length: 1 + Math.floor(next() * 7) }, () => parts[Math.floor(next() * parts.length)]).join('');
    const html = renderPlain(source);
    if (html === undefined) continue;
    plain += 1;
    if (/<(code|strong)>/.test(html)) withMarks += 1;
    expect(html, JSON.stringify(source)).toBe(renderParsed(source, 10_000));
  }
  expect(plain).toBeGreaterThan(600);
  expect(withMarks).toBeGreaterThan(20);
});

test('a sentence is plain, and what means something in Markdown is not', () => {
  expect(renderPlain("Well, it's late (again); shall we start at 9?")).toBe("<p>Well, it's late (again); shall we start at 9?</p>");
  expect(renderPlain('I have put it into `a_file.csv`: see the **last two columns**!')).toBe('<p>I have put it into <code>a_file.csv</code>: see the <strong>last two columns</strong>!</p>');
  for (const source of ['', ' a', 'a ', 'a  b', '1. a', 'a\nb', '*a*', 'a_b', 'see www.example.org', 'a@b.c', 'https://a', 'a`b`', 'a ``b``', 'a ` b`', 'a **b **', 'a** b**', 'a **b*', 'a **`b`**', 'a *b*', 'a _b_', 'a `<b>`', 'a'.repeat(1_001)]) expect(renderPlain(source), source).toBeUndefined();
});
