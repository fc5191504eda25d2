const SECONDS = /^\d+$/
const IMF_FIXDATE = /^\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/

/** Milliseconds that a `Retry-After` asks for (RFC 9110 section 10.2.3); undefined if it is no such thing. */
export function retryAfterMs(value: string | null, now: number): number | undefined {
  if (value === null) return undefined
  if (SECONDS.test(value)) return Number(value) * 1000
  const date = IMF_FIXDATE.test(value) ? Date.parse(value) : NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
