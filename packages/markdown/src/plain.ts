/**
 * Most messages are words and nothing else, which need no parser: one line that begins with a letter, holds nothing but letters, digits,
 * single spaces and the punctuation that means nothing in Markdown, and no address that would become a link.
 */
const words = /^[\p{L}](?: ?[\p{L}\p{N},;?!'.()])*$/u;
const address = /www\./i;
/** Within every bound. */
const mostCharacters = 1_000;

/** Its HTML; undefined: it takes the parser. */
export function renderPlain(source: string): string | undefined {
  if (source.length > mostCharacters || !words.test(source) || address.test(source)) return undefined;
  return `<p>${source}</p>`;
}
