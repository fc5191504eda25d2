import type { Status } from '@connected-apps/contract'
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

/** Invalid values for each declared response header of a status. */
export function headerMutations(status: Status): { name: string; value: string }[] {
  return headersOf(status).flatMap(([name, { type }]) => {
    if (type !== 'integer')
      throw new Error(`there are no invalid values for ${name} of type ${type}; add some`)
    return invalidIntegers.map((value) => ({ name, value }))
  })
}
