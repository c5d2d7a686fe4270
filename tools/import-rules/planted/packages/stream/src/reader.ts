// breaks: nothing
import { tidings } from './tidings.ts';
export type Reader = typeof tidings;
export const reader = tidings;
