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
  const copy: object | false | undefined = tried(
    () => isPlain(given) && { __proto__: null, ...given },
  )
  if (!copy) return refuseArgument(argument, 'must be a plain, readable object', where)
  for (const name of Object.keys(copy)) {
    if (known && !known.includes(name as keyof T)) {
      refuseArgument(name, 'is no option', where, `; use ${known.join(', ')}`)
    }
  }
  return copy as Partial<T> // no properties but those of the given
}

// Nothing counts as {}. The Object.prototype may be that of another realm.
function isPlain(given: unknown): boolean {
  const prototype: unknown = Object.getPrototypeOf(Object(given))
  return !prototype || Object.hasOwn(prototype, 'isPrototypeOf')
}
