import { throwArgumentError } from './errors.ts'

/** The result of a function, or undefined if it throws. */
export function orUndefined<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}

/** An own property of a value. What an object inherits may come from a polluted Object.prototype. */
export function own(value: unknown, name: PropertyKey): unknown {
  const object: object = Object(value)
  return Object.hasOwn(object, name) ? Reflect.get(object, name) : undefined
}

/** A property that an object has or inherits from a class, but not from a polluted Object.prototype. */
export function member(value: unknown, name: PropertyKey): unknown {
  if (Object(value) !== value) return undefined
  const object: object = Object(value)
  const found: unknown = Reflect.get(object, name)
  return found === Reflect.get(Object.prototype, name) ? own(object, name) : found
}

/** An own property, if it is a string. */
export function ownString(value: unknown, name: string): string | undefined {
  const found = own(value, name)
  return typeof found === 'string' ? found : undefined
}

/** Whether a value is a string, number or boolean. */
export function isScalar(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value)
}

/**
 * An object that inherits nothing. Its properties are read faster than those of
 * `Object.create(null)`. A class could not have this prototype.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- it is the type of the object
export const EmptyObject = function () {} as unknown as new <T extends object>() => T // the caller adds its required properties
EmptyObject.prototype = Object.create(null)

/**
 * Copies an options object into one without a prototype, so that no option is ever read from a
 * polluted Object.prototype. Instances of classes are rejected because the copy would lack what
 * they inherit, and unknown properties because they may be misspelled: either could silently drop
 * an authorization.
 *
 * @param knownNames the options that exist; undefined if any name is one
 * @param hints what to do about names that are not options
 */
export function copyPlainObject<T extends object>(
  argument: string,
  value: unknown,
  where: string,
  knownNames?: readonly (keyof T)[],
  hints?: Readonly<Record<string, string>>,
): Partial<T> {
  const copy = orUndefined(() => {
    // `undefined` and `null` are treated as `{}`. The prototype may be another realm's
    // Object.prototype, so it is recognized by a method that only Object.prototype defines.
    const prototype: object = Object.getPrototypeOf(Object(value)) ?? Object.prototype
    return Object.hasOwn(prototype, 'isPrototypeOf') && Object.assign(new EmptyObject(), value)
  }) as Partial<T> | false | undefined // the caller checks each property that it reads
  if (!copy) return throwArgumentError(argument, 'must be a plain object', where)
  for (const name of Object.keys(copy)) {
    if (knownNames && !knownNames.includes(name as keyof T)) {
      const hint = ownString(hints, name) ?? `use one of ${knownNames.join(', ')}`
      throwArgumentError(name, 'is not an option', where, hint)
    }
  }
  return copy
}

/**
 * Rejects an option that is there but undefined. Its variable was not set, and to treat it like one
 * left out would call another server, or call without a permission check.
 */
export function rejectUndefined(
  options: object,
  name: string,
  where: string,
  advice: string,
): void {
  const value = own(options, name)
  if (Object.hasOwn(options, name) && (value === undefined || value === null)) {
    throwArgumentError(name, `is ${String(value)}`, where, advice)
  }
}

/** What a value is, for messages that must not contain it. */
export function describeType(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/**
 * Requires visible ASCII, which a header carries unchanged (RFC 9110 section 5.5). The error never
 * contains the value, as it may be a secret.
 */
export function requireVisibleAscii(name: string, value: unknown, where: string): string {
  if (typeof value !== 'string') {
    return throwArgumentError(name, `must be a string, not ${describeType(value)}`, where)
  }
  if (value === '') throwArgumentError(name, 'is empty', where)
  if (/[\r\n]$/.test(value)) {
    throwArgumentError(name, 'ends with a line break', where, 'remove it, for example with trim()')
  }
  if (!/^[!-~]+$/.test(value)) {
    throwArgumentError(name, 'has a character that is not visible ASCII', where)
  }
  return value
}
