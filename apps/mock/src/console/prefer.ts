/** The response that a person prefers to that of the scenario; empty texts for none. */
export interface Preference {
  example: string
  waitSeconds: string
}

/** The value of the header `Prefer` (RFC 7240); undefined if nothing is preferred. */
export function toPrefer({ example, waitSeconds }: Preference): string | undefined {
  const parts = [
    ...(example === '' ? [] : [`example=${example}`]),
    ...(Number(waitSeconds) > 0 ? [`wait=${waitSeconds}`] : []),
  ]
  return parts.length === 0 ? undefined : parts.join(', ')
}
