import { AppError, type FieldError } from '@confab/runtime';
import type { Request } from 'express';
import type { OperationSpec } from './document.ts';

const decimal = /^(0|-?[1-9]\d{0,15})$/;

/** The validator turns `Infinity`, `1e999`, `0x10` and ` 5` into numbers; here a number is written in decimal digits. */
export function checkNumbers(operation: OperationSpec, request: Request): void {
  const errors: FieldError[] = [];
  for (const { in: place, name } of operation.integerParameters) {
    const value: unknown = (place === 'path' ? request.params : request.query)[name];
    // A parameter given twice is an array, which the validator refuses.
    if (typeof value !== 'string' || (decimal.test(value) && Number.isSafeInteger(Number(value)))) continue;
    errors.push({ path: `/${place}/${name}`, message: 'must be a whole number in decimal digits' });
  }
  if (errors.length > 0) throw new AppError('request.invalid', { errors });
}
