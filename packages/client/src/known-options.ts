import { refuseArgument } from './errors.ts'

/** A copy of the options; one that is not known is refused, as ignoring it may open a hole. */
export function readOptions<T extends object>(
  options: T | undefined,
  known: readonly (keyof T)[],
  where: string,
): Partial<T> {
  const copy = { ...options } as Partial<T> // spreading what is no object gives an empty one
  for (const name of Object.keys(copy)) {
    if (!known.includes(name as keyof T)) {
      refuseArgument(name, 'is no option', where, `; use ${known.join(', ')}`)
    }
  }
  return copy
}
