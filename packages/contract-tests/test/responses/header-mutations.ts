import type { Operation } from '@connected-apps/contract'
import { headersOf } from './body-schema.ts'

const invalidIntegers = [
  'abc',
  '',
  '-1',
  '+1',
  '1.5',
  '1.0',
  '1e3',
  '0x10',
  '1_000',
  '1s',
  '1, 2',
  '1;2',
  '"1"',
  '[1]',
  'Infinity',
  'NaN',
  'null',
  'true',
  'Sun, 06 Nov 1994 08:49:37 GMT',
]

/** Invalid values for each declared response header of a status that is an integer. */
export function headerMutations(
  operation: Operation,
  status: number,
): { name: string; value: string }[] {
  return headersOf(operation, status).flatMap(([name, { type }]) =>
    type === 'integer' ? invalidIntegers.map((value) => ({ name, value })) : [],
  )
}
