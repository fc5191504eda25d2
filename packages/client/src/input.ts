import { throwArgumentError } from './errors.ts'

/** The result of a function, or undefined if it throws. */
export function orUndefined<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}

/**
 * Copies an options object into one without a prototype, so that no option is ever read from a
 * polluted Object.prototype. Instances of classes are rejected because the copy would lack what
 * they inherit, and unknown properties because they may be misspelled: either could silently drop
 * an authorization.
 */
export function copyPlainObject<T extends object>(
  argument: string,
  value: unknown,
  where: string,
  knownNames?: readonly (keyof T)[],
): Partial<T> {
  const copy = orUndefined(() => {
    // `undefined` and `null` are treated as `{}`. The prototype may be another realm's
    // Object.prototype, so it is recognized by a method that only Object.prototype defines.
    const prototype: object = Object.getPrototypeOf(Object(value)) ?? Object.prototype
    return Object.hasOwn(prototype, 'isPrototypeOf') && { __proto__: null, ...(value as T) }
  }) as Partial<T> | false | undefined // the caller checks each property that it reads
  if (!copy) return throwArgumentError(argument, 'must be a plain object', where)
  for (const name of Object.keys(copy)) {
    if (knownNames && !knownNames.includes(name as keyof T)) {
      throwArgumentError(name, 'is not an option', where, `; use ${knownNames.join()}`)
    }
  }
  return copy
}

/**
 * Requires visible ASCII, which a header carries unchanged (RFC 9110 section 5.5). The error never
 * contains the value, as it may be a secret.
 */
export function requireHeaderValue(name: string, value: unknown, where: string): string {
  if (typeof value !== 'string' || !/^[!-~]+$/.test(value)) {
    throwArgumentError(name, 'is missing or not visible ASCII', where)
  }
  return value
}
