import { refuseArgument } from './errors.ts'

/** A value that a header carries unchanged, visible ASCII (RFC 9110 section 5.5); a refusal never shows it. */
export function requireHeaderValue(name: string, value: unknown, where: string): string {
  if (typeof value !== 'string' || !/^[!-~]+$/.test(value)) {
    refuseArgument(name, 'is missing or not visible ASCII', where)
  }
  return value
}
