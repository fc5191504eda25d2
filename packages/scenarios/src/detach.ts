/**
 * A copy of JSON data that shares nothing with it. V8 may represent a part of a string by a
 * reference to the whole, so that a short id would keep the long URL that it was cut from.
 */
export function detach<Data>(data: Data): Data {
  return JSON.parse(JSON.stringify(data))
}

/** Like {@link detach}, for what is handed out and must not be changed. */
export function detachFrozen<Data>(data: Data): Data {
  return JSON.parse(JSON.stringify(data), (_, value: unknown) => Object.freeze(value))
}
