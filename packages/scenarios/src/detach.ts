/**
 * Copies JSON data, sharing nothing. V8 may represent a substring by a reference to the whole string,
 * so a short id would keep the long URL that it was cut from in memory.
 */
export function detach<Data>(data: Data): Data {
  return JSON.parse(JSON.stringify(data))
}

/** Like {@link detach}, but the copy is frozen, so that callers can share it. */
export function detachFrozen<Data>(data: Data): Data {
  return JSON.parse(JSON.stringify(data), (_, value: unknown) => Object.freeze(value))
}
