interface Lot<Q, A> {
  readonly questions: Q[];
  readonly answers: Promise<readonly A[]>;
}

/**
 * Who asks the same kind of thing at the same time is answered together: one lot is under way, and who comes meanwhile is in the next. So nobody
 * waits for company, and no answer is older than its question. `answer` answers each question in turn, in the context of the lot's first.
 */
export function gather<Q, A>(answer: (questions: readonly Q[]) => Promise<readonly A[]>, most: number): (question: Q) => Promise<A> {
  let last: Promise<unknown> = Promise.resolve();
  let next: Lot<Q, A> | undefined;

  function begin(): Lot<Q, A> {
    const questions: Q[] = [];
    const answers = last.then(() => {
      if (next === lot) next = undefined;
      return answer(questions);
    });
    const lot = { questions, answers };
    last = answers.catch(() => undefined);
    return lot;
  }

  return async (question) => {
    if (next === undefined || next.questions.length >= most) next = begin();
    const lot = next;
    const index = lot.questions.push(question) - 1;
    return (await lot.answers)[index] as A;
  };
}
