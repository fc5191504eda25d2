import { refuseArgument } from './errors.ts'
import { tried } from './tried.ts'

/**
 * A copy that inherits nothing, so that nothing is read from a polluted Object.prototype. It would
 * lack what an instance of a class inherits, such as an authorization: that is refused, and so is
 * a property that is not known, as ignoring either may open a hole.
 */
export function readObject<T extends object>(
  argument: string,
  given: T | undefined,
  where: string,
  known?: readonly (keyof T)[],
): Partial<T> {
  const copy = tried(() => {
    // Nothing counts as {}, and the Object.prototype may be that of another realm.
    const prototype: object = Object.getPrototypeOf(Object(given)) ?? Object.prototype
    return Object.hasOwn(prototype, 'isPrototypeOf') && { __proto__: null, ...given }
  }) as Partial<T> | false | undefined // to the compiler, __proto__ is a property
  if (!copy) return refuseArgument(argument, 'must be a plain object', where)
  for (const name of Object.keys(copy)) {
    if (known && !known.includes(name as keyof T)) {
      refuseArgument(name, 'is no option', where, `; use ${known.join()}`)
    }
  }
  return copy
}
