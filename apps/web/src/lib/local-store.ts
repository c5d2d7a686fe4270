/** localStorage as far as it goes: blocked, full or spoilt storage costs what it would have remembered, never the page. */
export const localStore = {
  read(key: string): unknown {
    try {
      const text = localStorage.getItem(key);
      return text === null ? undefined : JSON.parse(text);
    } catch {
      return undefined;
    }
  },
  write(key: string, value: unknown): void {
    try {
      if (value === undefined) localStorage.removeItem(key);
      else localStorage.setItem(key, JSON.stringify(value));
    } catch {
      // Nothing depends on it within this page's life.
    }
  },
};
