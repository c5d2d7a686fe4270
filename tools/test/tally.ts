export type Tally = {
  pass(name: string, count?: number): void;
  fail(name: string, count?: number): void;
  /** Counts as neither, and is never silent. */
  skip(name: string, reason: string): void;
  readonly hasFailures: boolean;
  /** The last line of a run. */
  line(): string;
};

export function createTally(say: (line: string) => void): Tally {
  let passed = 0;
  let failed = 0;
  return {
    pass(name, count = 1) {
      passed += count;
      say(`ok    ${name}`);
    },
    fail(name, count = 1) {
      failed += count;
      say(`FAIL  ${name}`);
    },
    skip: (name, reason) => say(`SKIP  ${name}: ${reason}`),
    get hasFailures() {
      return failed > 0;
    },
    line: () => `${passed} passed, ${failed} failed`,
  };
}
