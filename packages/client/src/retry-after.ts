/** Milliseconds that a `Retry-After` asks for (RFC 9110 section 10.2.3); undefined if it asks for none. */
export function retryAfterMs(value: string, date: number): number | undefined {
  if (/^\d+$/.test(value)) return Number(value) * 1000
  // Date.parse takes many a text for a date that HTTP does not.
  const ms = value.endsWith(' GMT') ? Date.parse(value) - date : NaN
  return ms >= 0 ? ms : undefined
}
