/**
 * What keeps hostile sources cheap. Measured on the chosen versions: 4,000 `>` crash the parser after 1.5 s, one unbroken run of
 * `www._` costs 0.5 s, delimiter runs cost their number squared.
 */
const maxCharacters = 4000;
const maxDepth = 8;
const maxDelimiterRuns = 1000;
const maxAutolinksInRun = 8;

/** A noncharacter: put before what the parser must not see as syntax, and taken out of its tree again, so that no text is altered. */
const guard = '\uFDD0';

/** Besides the guard: the controls that reorder what follows them, so that text reads otherwise than it is. */
const unwanted = /[\uFDD0\u202A-\u202E\u2066-\u2069]/g;

export const isWithinBounds = (source: string): boolean =>
  !exceeds(source, /[^]/gu, maxCharacters) && !exceeds(source, /\*+|_+|~+/g, maxDelimiterRuns);

/** The source with everything that nests too deep, or that would be scanned too often, hidden from the parser. */
export const guarded = (source: string): string =>
  clean(source)
    .split(/\r\n|\r|\n/)
    .map((line) => guardAutolinks(guardDepth(line)))
    .join('\n');

export const clean = (text: string): string => text.replace(unwanted, '');

function exceeds(source: string, pattern: RegExp, limit: number): boolean {
  let count = 0;
  for (const _ of source.matchAll(pattern)) if (++count > limit) return true;
  return false;
}

/** A marker opens a level, and two columns of indentation may continue one: the least that an item's content is indented by. */
function guardDepth(line: string): string {
  if (/^[ \t]*([-*_])(?:[ \t]*\1){2,}[ \t]*$/.test(line)) return line;
  const marker = /([ \t]*)(?:>|(?:[-+*]|\d{1,9}[.)])(?=[ \t]|$))/y;
  let depth = Math.floor(indentation(line) / 2);
  for (let match = marker.exec(line); match; match = marker.exec(line)) {
    if (++depth <= maxDepth) continue;
    const at = match.index + (match[1] ?? '').length;
    return line.slice(0, at) + guard + line.slice(at);
  }
  return line;
}

function indentation(line: string): number {
  let columns = 0;
  for (const character of line) {
    if (character !== ' ' && character !== '\t') break;
    columns += character === '\t' ? 4 : 1;
  }
  return columns;
}

function guardAutolinks(line: string): string {
  return line.replace(/\S+/g, (run) => {
    let count = 0;
    return run.replace(/www\.|https?:/gi, (start) => (++count > maxAutolinksInRun ? start.slice(0, 1) + guard + start.slice(1) : start));
  });
}
