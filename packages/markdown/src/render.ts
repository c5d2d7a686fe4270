import { common } from 'lowlight';
import type { Root } from 'mdast';
import rehypeHighlight from 'rehype-highlight';
import rehypeSanitize from 'rehype-sanitize';
import rehypeStringify from 'rehype-stringify';
import remarkBreaks from 'remark-breaks';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import remarkRehype from 'remark-rehype';
import { type Processor, unified } from 'unified';
import { allowed, highlightedLanguages } from './allowed.ts';
import { clean, guarded, isWithinBounds } from './bounds.ts';
import { renderPlain } from './plain.ts';
import { chatTree, showsNothing } from './tree.ts';

const maxHtml = 50_000;
const languages = Object.fromEntries(Object.entries(common).filter(([name]) => highlightedLanguages.includes(name)));

// Each freezes itself, which is when its parts are made, with the first text that needs it: not every process renders.
const reader = unified().use(remarkParse).use(withoutSurprises).use(remarkGfm, { singleTilde: false }).use(chatTree).use(remarkBreaks);
const presenter = unified().use(remarkRehype).use(rehypeHighlight, { languages }).use(rehypeSanitize, allowed).use(rehypeStringify);
const plainPresenter = unified().use(remarkRehype).use(rehypeSanitize, allowed).use(rehypeStringify);

export function render(source: string, deadlineMs: number): string {
  return renderPlain(source) ?? renderParsed(source, deadlineMs);
}

export function renderParsed(source: string, deadlineMs: number): string {
  if (!isWithinBounds(source)) return asWritten(source);
  const end = performance.now() + deadlineMs;
  try {
    const text = guarded(source);
    const parsed = reader.parse(text);
    if (performance.now() > end) return asWritten(source);
    const message = reader.runSync(parsed, text) as Root;
    if (showsNothing(message) || performance.now() > end) return asWritten(source);
    const html = presenter.stringify(presenter.runSync(message));
    // Code can be made of nothing but one-character tokens, forty characters of HTML each.
    return html.length <= maxHtml ? html : plainPresenter.stringify(plainPresenter.runSync(message));
  } catch {
    // Whatever the parser chokes on is still a message.
    return asWritten(source);
  }
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

const asWritten = (source: string): string =>
  `<p>${clean(source)
    .replace(/[&<>]/g, (character) => entities[character] ?? '')
    .replace(/\r\n|\r|\n/g, '<br>\n')}</p>`;

function withoutSurprises(this: Processor): void {
  const data = this.data();
  const footnotes = ['gfmFootnoteDefinition', 'gfmFootnoteCall', 'gfmPotentialFootnoteCall'];
  const off = ['definition', 'htmlFlow', 'htmlText', 'codeIndented', 'setextUnderline', ...footnotes];
  data.micromarkExtensions = [...(data.micromarkExtensions ?? []), { disable: { null: off } }];
}
