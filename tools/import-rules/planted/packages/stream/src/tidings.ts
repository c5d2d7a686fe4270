// breaks: nothing
import type { Reader } from './reader.ts';
export type Tidings = { reader: Reader };
export const tidings = 'tidings';
