/** One way in which a value violates the contract. It never contains the value. */
export interface Violation {
  /** Where, as a JSON Pointer (RFC 6901) into the value; empty for the value itself. */
  pointer: string
  /** The JSON Schema keyword that failed, such as `required` or `const`. */
  keyword: string
  /** What is wrong, in a few words. */
  message: string
}

/** The part of a validator compiled by Ajv that is used here. */
export interface Validator {
  (value: unknown, context?: object): boolean
  errors?: { instancePath: string; keyword: string; message?: string }[] | null
}

/** Every violation that a compiled validator finds. */
export function violationsOf(validator: Validator, value: unknown): Violation[] {
  // Ajv's default context would inherit from a polluted Object.prototype; this one inherits nothing.
  if (validator(value, Object.create(null) as object)) return [] // Object.create returns any
  return (validator.errors ?? []).map(({ instancePath, keyword, message = keyword }) => ({
    pointer: instancePath,
    keyword,
    message,
  }))
}
