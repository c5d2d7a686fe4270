/** Server and spec disagree. `place` is the operation and its path, or the frame and its direction. */
export class ContractViolation extends Error {
  readonly place: string;

  constructor(place: string, problem: string, shown?: unknown) {
    super(`${place}: ${problem}${shown === undefined ? '' : `\n  in ${JSON.stringify(shown).slice(0, 2000)}`}`);
    this.name = 'ContractViolation';
    this.place = place;
  }
}

/** Hears of every violation, also of those that the code under test would swallow and retry. */
export type Report = (violation: ContractViolation) => void;

export type Violations = { readonly list: readonly ContractViolation[]; readonly report: Report; throwIfAny(): void };

export function createViolations(): Violations {
  const list: ContractViolation[] = [];
  return {
    list,
    report: (violation) => void list.push(violation),
    throwIfAny() {
      const [first] = list;
      if (first !== undefined) throw new AggregateError(list, `${list.length} violations of the contract, the first: ${first.message}`, { cause: first });
    },
  };
}
