// RFC 9111 section 1.2.2 has recipients treat larger numbers of seconds as this one.
const MAX_DELTA_SECONDS = 2_147_483_648

// The three formats of RFC 9110 section 5.6.7: IMF-fixdate, that of RFC 850, and that of asctime().
const HTTP_DATE =
  /^(?:\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT|\w+day, \d\d-\w{3}-\d\d [\d:]{8} GMT|\w{3} \w{3} [ \d]\d [\d:]{8} \d{4})$/

/**
 * Parses a `Retry-After` (RFC 9110 section 10.2.3) into milliseconds from `date`. Undefined if it
 * is malformed or in the past. Fractions of a second are taken, although no RFC allows them.
 */
export function parseRetryAfter(value: string, date: number): number | undefined {
  if (/^\d+(\.\d+)?$/.test(value)) return Math.min(+value, MAX_DELTA_SECONDS) * 1000
  if (!HTTP_DATE.test(value)) return undefined
  // The asctime format lacks the time zone, which is always GMT.
  const ms = Date.parse(`${value.replace(' GMT', '')} GMT`) - date
  return ms >= 0 ? ms : undefined
}
