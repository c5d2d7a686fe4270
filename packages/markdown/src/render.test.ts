import type { Element, Root } from 'hast';
import rehypeSanitize from 'rehype-sanitize';
import rehypeStringify from 'rehype-stringify';
import { unified } from 'unified';
import { describe, expect, test } from 'vitest';
import { allowed } from './allowed.ts';
import { renderMarkdown } from './index.ts';
import { render } from './render.ts';

const html = (source: string): string => renderMarkdown(source).html;
const link = (href: string, text: string): string => `<a href="${href}" rel="noopener noreferrer nofollow ugc" target="_blank">${text}</a>`;

describe('what people write', () => {
  const written: [source: string, html: string][] = [
    ['hi **b** *i* _i_ ~~s~~ `c`', '<p>hi <strong>b</strong> <em>i</em> <em>i</em> <del>s</del> <code>c</code></p>'],
    ['~5 or ~6, snake_case_name', '<p>~5 or ~6, snake_case_name</p>'],
    ['one\ntwo\r\n\r\nthree', '<p>one<br>\ntwo</p>\n<p>three</p>'],
    ['# big *news*\n#channel', '<p><strong>big <em>news</em></strong></p>\n<p>#channel</p>'],
    ['a price\n---\nanother', '<p>a price</p>\n<hr>\n<p>another</p>'],
    ['    not code', '<p>not code</p>'],
    ['> said\n\nanswered', '<blockquote>\n<p>said</p>\n</blockquote>\n<p>answered</p>'],
    ['- a\n  - b\n- [ ] c\n- [x] d', '<ul>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n<li>☐ c</li>\n<li>☑ d</li>\n</ul>'],
    ['7. a\n8. b', '<ol start="7">\n<li>a</li>\n<li>b</li>\n</ol>'],
    [
      '| a | b |\n|---|--:|\n| 1 | 2 |',
      '<table>\n<thead>\n<tr>\n<th>a</th>\n<th align="right">b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n<td align="right">2</td>\n</tr>\n</tbody>\n</table>',
    ],
    ['```\na < b\n```', '<pre><code>a &#x3C; b\n</code></pre>'],
    ['```ts\nlet a = 1\n```', '<pre><code class="hljs language-ts"><span class="hljs-keyword">let</span> a = <span class="hljs-number">1</span>\n</code></pre>'],
    ['```class\nclass A {}\n```', '<pre><code class="hljs language-class">class A {}\n</code></pre>'],
    ['see http://a.org/x_y_z or www.b.org', `<p>see ${link('http://a.org/x_y_z', 'http://a.org/x_y_z')} or ${link('http://www.b.org/', 'www.b.org')}</p>`],
    ['[docs](https://a.org "t"), a@b.org', `<p>${link('https://a.org/', 'docs')}, ${link('mailto:a@b.org', 'a@b.org')}</p>`],
    ['[](https://a.org)', `<p>${link('https://a.org/', 'https://a.org')}</p>`],
    ['[a]: http://b.org', `<p>[a]: ${link('http://b.org/', 'http://b.org')}</p>`],
    ['note[^1]\n\n[^1]: foot', '<p>note[^1]</p>\n<p>[^1]: foot</p>'],
    ['2 < 3 && <b>x</b>', '<p>2 &#x3C; 3 &#x26;&#x26; &#x3C;b>x&#x3C;/b></p>'],
    ['👩‍👩‍👧 é 漢字 مرحبا', '<p>👩‍👩‍👧 é 漢字 مرحبا</p>'],
  ];
  test.each(written)('%j', (source, expected) => expect(html(source)).toBe(expected));

  test.each(['>', '#', '-', '1.', '```\n\n```', '[](/)'])('a message is never empty: %j', (source) => {
    expect(html(source).replace(/<[^>]*>/g, '').trim()).not.toBe('');
  });
});

describe('what must not pass', () => {
  const hostile: [source: string, html: string][] = [
    ['<script>alert(1)</script>', '<p>&#x3C;script>alert(1)&#x3C;/script></p>'],
    ['<img src=x onerror=alert(1)>', '<p>&#x3C;img src=x onerror=alert(1)></p>'],
    ['[x](javascript:alert(1))', '<p>x</p>'],
    ['[x](  JaVaScRiPt:alert(1))', '<p>x</p>'],
    ['[x](java&#10;script:alert(1))', '<p>x</p>'],
    ['[x](data:text/html,1) [y](/admin) [z](//evil.org)', '<p>x y z</p>'],
    ['![cat](http://a.org/i.png)', `<p>${link('http://a.org/i.png', 'cat')}</p>`],
    ['[![cat](http://a.org/i.png)](http://b.org)', `<p>${link('http://b.org/', 'cat')}</p>`],
    ['![x](javascript:alert(1))', '<p>x</p>'],
    ['a\u202Eb\u2066c &#x202E;d', '<p>abc d</p>'],
    ['[a](http://b.org/&#x202E;c)', `<p>${link('http://b.org/c', 'a')}</p>`],
    ['```ts" onclick="alert(1)\n1\n```', '<pre><code>1\n</code></pre>'],
  ];
  test.each(hostile)('%j', (source, expected) => expect(html(source)).toBe(expected));
});

test('what is allowed holds even if a step before lets something through', () => {
  const element = (tagName: string, properties: Element['properties'], ...children: Element['children']): Element => ({ type: 'element', tagName, properties, children });
  const text = { type: 'text', value: 'x' } as const;
  const smuggled: Root = {
    type: 'root',
    children: [
      element('script', {}, text),
      element('img', { src: 'http://a.org' }),
      element('a', { href: 'javascript:1', target: '_top', rel: ['opener'], onClick: '1', id: 'login' }, text),
      element('span', { className: ['hljs-title', 'class_', 'xml', 'admin'], style: 'position:fixed' }, text),
    ],
  };
  const sanitizer = unified().use(rehypeSanitize, allowed).use(rehypeStringify);
  expect(sanitizer.stringify(sanitizer.runSync(smuggled))).toBe('<a rel="">x</a><span class="hljs-title class_ xml">x</span>');
});

describe('bounds', () => {
  const full = (pattern: string): string => pattern.repeat(4000).slice(0, 4000);
  const count = (text: string, part: string): number => text.split(part).length - 1;

  test.each(['>', '> ', '- ', '1. ', '> - ', '>\t', '+\t'])('%j nests eight deep at most, and loses no character', (pattern) => {
    const rendered = html(`${pattern.repeat(Math.floor(3990 / pattern.length))}x`);
    expect(count(rendered, '<blockquote>') + count(rendered, '<ul>') + count(rendered, '<ol')).toBe(8);
    expect(rendered).toContain(`${pattern}${pattern}x`);
  });

  test('depth won by indentation over many lines counts too', () => {
    const staircase = Array.from({ length: 60 }, (_, line) => `${' '.repeat(2 * line)}- ${line}`).join('\n');
    expect(count(html(staircase), '<ul>')).toBe(8);
  });

  test('code is shown to the letter, however much it looks like nesting', () => {
    const code = `${'>'.repeat(50)} x\n${' '.repeat(40)}- y`;
    expect(html(`\`\`\`\n${code}\n\`\`\``)).toBe(`<pre><code>${code}\n</code></pre>`);
    expect(html('- '.repeat(40))).toBe('<hr>');
  });

  test.each([600, 30])('a table of %d columns that would fill up its rows stays text', (columns) => {
    const rendered = html(`${'|a'.repeat(columns)}|\n${'|-'.repeat(columns)}|\n${'a\n'.repeat(700)}`);
    expect(rendered).not.toContain('<t');
    expect(rendered.length).toBeLessThan(10_000);
  });

  test.each(['*_', '**a ', 'www._', 'http://', '[', '![', '[x](', '](', '<', '`', '&', '|', '|-', '~~', '\\', '@a.', '\n', '```\n'])('%j to the limit stays small and quick', (pattern) => {
    const started = performance.now();
    expect(html(full(pattern)).length).toBeLessThan(50_000);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test('code of which every character would be a token is shown without colours', () => {
    const rendered = html(`\`\`\`sql\n${'<&'.repeat(1900)}\n\`\`\``);
    expect(rendered).toBe(`<pre><code class="language-sql">${'&#x3C;&#x26;'.repeat(1900)}\n</code></pre>`);
  });

  test('links past the eighth of one unbroken run are text, and lose no character', () => {
    const rendered = html('http://a.org<'.repeat(12));
    expect(count(rendered, '<a ')).toBe(8);
    expect(rendered.replace(/<[^>]*>/g, '')).toBe('http://a.org&#x3C;'.repeat(12));
  });

  test('too long, or out of time: shown as written', () => {
    expect(html(full('*_'))).toBe(`<p>${full('*_')}</p>`);
    expect(html('*'.repeat(4001))).toBe(`<p>${'*'.repeat(4001)}</p>`);
    expect(html('😀'.repeat(3990) + ' **x**')).toContain('<strong>');
    expect(render('**a** <b>\n&\u202E', -1)).toBe('<p>**a** &lt;b&gt;<br>\n&amp;</p>');
  });
});

test('whatever goes in, only the allowed tags come out, and balanced', () => {
  const tag = /<(\/?)([a-z]+)((?: [a-z]+="[^"<]*")*)>/g;
  const attribute = /^(?: href="(?:https?|mailto):[^"<\s]*"| rel="noopener noreferrer nofollow ugc"| target="_blank"| start="\d+"| align="(?:left|right|center)"| class="(?:hljs(?: language-[\w+#.-]+)?|language-[\w+#.-]+|hljs-[\w -]+|[a-z]+)")*$/;
  const names = new Set('a blockquote br code del em hr li ol p pre span strong table tbody td th thead tr ul'.split(' '));
  const pieces = ['*', '**', '_', '~~', '`', '```', '```js\n', '\n', '\n\n', '> ', '- ', '1. ', '[', '](', ')', '![', '<', '<b>', '<img src=x onerror=1>', '>', '|', '|-|-|\n', '&', '&#60;', '&#x202E;', '"', "'", '\\', '# ', '---', 'http://a.b', 'javascript:1', 'www.a.b', 'a@b.co', ' ', '\t', 'word', '\uFDD0', '\u202E', '☃'];
  let state = 20240229;
  const next = (below: number): number => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor(state / 65536) % below;
  };
  for (let round = 0; round < 1500; round++) {
    const source = Array.from({ length: 1 + next(40) }, () => pieces[next(pieces.length)]).join('');
    const rendered = html(source);
    const open: string[] = [];
    for (const [, slash, name = '', attributes = ''] of rendered.matchAll(tag)) {
      expect(names, source).toContain(name);
      expect(attributes, source).toMatch(attribute);
      if (slash) expect(open.pop(), source).toBe(name);
      else if (name !== 'br' && name !== 'hr') open.push(name);
    }
    expect(open, source).toEqual([]);
    expect(rendered.replace(tag, ''), source).not.toMatch(/[<\uFDD0\u202A-\u202E\u2066-\u2069]/);
  }
});
