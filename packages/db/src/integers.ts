import pg from 'pg';

const int8 = 20;
const int8Array = 1016;
const textArray = 1009;

/** What a reader of JSON numbers could not tell from its neighbour is an error, not a rounded number. */
export class IntegerTooLarge extends RangeError {
  override readonly name = 'IntegerTooLarge';
}

function toNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number)) throw new IntegerTooLarge('an integer of the database is beyond 2^53');
  return number;
}

const parseTextArray = pg.types.getTypeParser(textArray as never) as (text: string) => (string | null)[];
const parseInt8Array = (text: string) => parseTextArray(text).map((item) => (item === null ? null : toNumber(item)));

/** For one pool only: pg's own table is shared with other users of the module. */
export const numberTypes = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (format !== 'binary') {
      if (oid === int8) return toNumber;
      if (oid === int8Array) return parseInt8Array;
    }
    return pg.types.getTypeParser(oid, format) as (text: string) => unknown;
  },
} as pg.CustomTypesConfig;
