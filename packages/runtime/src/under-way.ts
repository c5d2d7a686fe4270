/** What is under way, in the order of its coming. */
export interface UnderWay<T> {
  /** Answers how to take it out again. */
  add(one: T): () => void;
  all(): T[];
}

interface Link<T> {
  readonly one: T;
  before: Link<T> | undefined;
  after: Link<T> | undefined;
}

/**
 * Not a Set. A Set that much goes in and out of gets a new table again and again, and V8 has each old one point to the next. Once one of
 * them is old to the collector, all later ones stay until the whole heap is collected, with whatever was in them: every request, that is.
 */
export function createUnderWay<T>(): UnderWay<T> {
  let first: Link<T> | undefined;
  let last: Link<T> | undefined;

  function take(link: Link<T>): void {
    const { before, after } = link;
    if (before === undefined && first !== link) return;
    if (before === undefined) first = after;
    else before.after = after;
    if (after === undefined) last = before;
    else after.before = before;
    // For the same reason nothing that is out may point to what is in.
    link.before = undefined;
    link.after = undefined;
  }

  return {
    add(one) {
      const link: Link<T> = { one, before: last, after: undefined };
      if (last === undefined) first = link;
      else last.after = link;
      last = link;
      return () => take(link);
    },
    all() {
      const found: T[] = [];
      for (let link = first; link !== undefined; link = link.after) found.push(link.one);
      return found;
    },
  };
}
