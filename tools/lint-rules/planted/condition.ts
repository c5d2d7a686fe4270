// breaks: typescript(no-misused-promises)
export function choose(mayJoin: () => Promise<boolean>): string {
  return mayJoin() ? 'in' : 'out';
}
