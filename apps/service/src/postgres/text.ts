/** PostgreSQL knows no text with a NUL: nothing in it is named by one, and asking would fail. */
export function hasNoNul(value: string): boolean {
  return !value.includes('\0')
}
