import { compareAsyncApi } from './asyncapi.ts';
import type { Change, Node, Report } from './change.ts';
import { compareOpenApi } from './openapi.ts';

export type Contract = { readonly openapi: Node; readonly asyncapi: Node };
export type Waiver = { readonly kind: string; readonly place: string; readonly reason: string };
export type Verdict = { readonly refused: readonly Change[]; readonly waived: readonly Change[]; readonly needless: readonly Waiver[] };

/** Every change that can break a client of the old contract, each once. */
export function compareContracts(old: Contract, now: Contract): Change[] {
  const changes = new Map<string, Change>();
  const report: Report = (kind, place, says) => void changes.set(`${kind} ${place} ${says}`, { kind, place, says });
  compareOpenApi({ old: old.openapi, new: now.openapi }, report);
  compareAsyncApi({ old: old.asyncapi, new: now.asyncapi }, report);
  return [...changes.values()];
}

/** A waiver that waives nothing is refused, too: it would let through what comes later. */
export function judge(changes: readonly Change[], waivers: readonly Waiver[]): Verdict {
  const isWaived = ({ kind, place }: Change): boolean => waivers.some((waiver) => waiver.kind === kind && waiver.place === place);
  return {
    refused: changes.filter((change) => !isWaived(change)),
    waived: changes.filter(isWaived),
    needless: waivers.filter((waiver) => !changes.some(({ kind, place }) => waiver.kind === kind && waiver.place === place)),
  };
}
