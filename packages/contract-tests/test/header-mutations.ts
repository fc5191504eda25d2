import type { Status } from '@connected-apps/contract'
import { headersOf } from './contract-schema.ts'

const notWholeNumbers = [
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

/** A wrong value for each header that a status declares. */
export function headerMutations(status: Status): { name: string; value: string }[] {
  return headersOf(status).flatMap(([name, { type }]) => {
    if (type !== 'integer') throw new Error(`no wrong values are known for ${name} of type ${type}`)
    return notWholeNumbers.map((value) => ({ name, value }))
  })
}
