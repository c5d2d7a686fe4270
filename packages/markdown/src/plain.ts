/**
 * Most messages are words, with something in `code` or **strong** here and there, and need no parser: one line that begins with a
 * letter, holds nothing but letters, digits, single spaces, the punctuation that means nothing in Markdown, and those two, neither of
 * them within the other, and no address that would become a link.
 */
const text = String.raw`[\p{L}\p{N},:;?!'"().%$€+=\-]`;
const code = String.raw`\x60[\p{L}\p{N}.,:;?!'()%$+=\-/_#]+\x60`;
const strong = String.raw`\*\*[\p{L}\p{N}](?: ?${text})*\*\*`;
/** Both stand by themselves: there is no other way to read the stars. */
const part = String.raw`(?<=[ (])(?:${code}|${strong})(?=[ ,.;:?!)]|$)`;
const plain = new RegExp(String.raw`^\p{L}(?: ?(?:${text}|${part}))*$`, 'u');

const address = /www\./i;
const marked = /`([^`]+)`|\*\*([^*]+)\*\*/g;
/** Within every bound. */
const mostCharacters = 1_000;

/** Its HTML; undefined: it takes the parser. */
export function renderPlain(source: string): string | undefined {
  if (source.length > mostCharacters || !plain.test(source) || address.test(source)) return undefined;
  return `<p>${source.replace(marked, (_, inCode?: string, inStrong?: string) => (inCode === undefined ? `<strong>${inStrong}</strong>` : `<code>${inCode}</code>`))}</p>`;
}
