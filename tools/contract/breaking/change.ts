import { at } from '../inputs.ts';
import type { Json } from '../../generate/bundle.ts';

export type Node = { [key: string]: Json };

/** Everything that can break a client made from the release before. */
export type Kind =
  | 'server.changed'
  | 'operation.removed'
  | 'operation.renamed'
  | 'security.added'
  | 'security.changed'
  | 'status.removed'
  | 'content.removed'
  | 'header.removed'
  | 'parameter.removed'
  | 'field.removed'
  | 'field.optional'
  | 'value.removed'
  | 'input.required'
  | 'input.narrowed'
  | 'output.widened'
  | 'default.changed'
  | 'event.removed'
  | 'frame.removed'
  | 'error.changed'
  | 'close_code.changed';

/** `place` names it the same way in every run, down to the bound or the value: a waiver is kind and place, and opens nothing beside. */
export type Change = { readonly kind: Kind; readonly place: string; readonly says: string };

export type Report = (kind: Kind, place: string, says: string) => void;

/** What clients send must still be taken; what they are sent they must still understand. */
export type Direction = 'input' | 'output';

export const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);
export const nodeOf = (value: Json | undefined): Node => (isNode(value) ? value : {});
export const listOf = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);
export const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : show(value));
export const show = (value: Json | undefined): string => JSON.stringify(value) ?? 'nothing';

/** Follows references within its document. */
export function resolve(document: Node, value: Json | undefined): Node {
  const node = nodeOf(value);
  if (typeof node['$ref'] !== 'string') return node;
  const { $ref: reference, ...beside } = node;
  return { ...resolve(document, at(document, reference as string)), ...beside };
}
