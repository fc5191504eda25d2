/** One way in which a value violates the contract. It never contains the value. */
export interface Violation {
  /** Where, as a JSON Pointer (RFC 6901) into the value; empty for the value itself. */
  pointer: string
  /** The JSON Schema keyword that failed, such as `required` or `const`. */
  keyword: string
  /** What is wrong, in a few words. */
  message: string
}

/** A validator as Ajv compiles it, as far as it is used here. */
export interface Validator {
  (value: unknown): boolean
  errors?: { instancePath: string; keyword: string; message?: string }[] | null
}

/** Every violation that a compiled validator finds. */
export function violationsOf(validator: Validator, value: unknown): Violation[] {
  if (validator(value)) return []
  return (validator.errors ?? []).map(({ instancePath, keyword, message = keyword }) => ({
    pointer: instancePath,
    keyword,
    message,
  }))
}
