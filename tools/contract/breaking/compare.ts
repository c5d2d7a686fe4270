import { compareAsyncApi, sentFrames } from './asyncapi.ts';
import type { Change, Node, Report } from './change.ts';
import { compareErrors } from './errors.ts';
import { compareEvents, compareOpenApi } from './openapi.ts';

/** The catalogue of errors is in neither document; that of close codes is in AsyncAPI's. */
export type Contract = { readonly openapi: Node; readonly asyncapi: Node; readonly errors: Node };
export type Waiver = { readonly kind: string; readonly place: string; readonly reason: string };
export type Verdict = { readonly refused: readonly Change[]; readonly waived: readonly Change[]; readonly needless: readonly Waiver[] };

/** Every change that can break a client of the old contract, each once. */
export function compareContracts(old: Contract, now: Contract): Change[] {
  const changes = new Map<string, Change>();
  const report: Report = (kind, place, says) => void changes.set(`${kind} ${place} ${says}`, { kind, place, says });
  const rest = { old: old.openapi, new: now.openapi };
  compareOpenApi(rest, report);
  compareAsyncApi({ old: old.asyncapi, new: now.asyncapi }, report);
  compareEvents(rest, sentFrames(now.asyncapi), report);
  compareErrors(old.errors, now.errors, report);
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
