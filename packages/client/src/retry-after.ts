/** Milliseconds that a `Retry-After` asks for (RFC 9110 section 10.2.3); undefined if it asks for none. */
export function retryAfterMs(value: string, date: number): number | undefined {
  // What greater numbers count as (RFC 9111 section 1.2.2).
  if (/^\d+$/.test(value)) return Math.min(+value, 2 ** 31) * 1000
  // Of the three forms of a date in HTTP, that of asctime does not name its zone.
  const ms = Date.parse(`${value.replace(' GMT', '')} GMT`) - date
  return ms >= 0 ? ms : undefined
}
