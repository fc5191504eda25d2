/** The part of a version that has to be raised. */
export type Bump = 'none' | 'patch' | 'minor' | 'major'

const order: readonly Bump[] = ['none', 'patch', 'minor', 'major']

/** Compares bumps, for sorting from none to major. */
export function compareBumps(a: Bump, b: Bump): number {
  return order.indexOf(a) - order.indexOf(b)
}

/** The largest of these bumps; `none` if there are none. */
export function largest(bumps: Iterable<Bump>): Bump {
  return [...bumps].toSorted(compareBumps).at(-1) ?? 'none'
}

/** Raises a version by a bump. */
export function bumpVersion(version: string, bump: Bump): string {
  const [major, minor, patch] = numbersOf(version)
  if (bump === 'major') return `${major + 1}.0.0`
  if (bump === 'minor') return `${major}.${minor + 1}.0`
  return bump === 'patch' ? `${major}.${minor}.${patch + 1}` : version
}

/** The bump from one version to another; `none` if the version does not rise. */
export function bumpBetween(from: string, to: string): Bump {
  const before = numbersOf(from)
  const after = numbersOf(to)
  const index = before.findIndex((number, position) => number !== after[position])
  if (index === -1 || compareVersions(to, from) < 0) return 'none'
  return (['major', 'minor', 'patch'] as const)[index] ?? 'none'
}

/** Compares versions, for sorting in ascending order. */
export function compareVersions(a: string, b: string): number {
  const other = numbersOf(b)
  const differences = numbersOf(a).map((number, index) => number - (other[index] ?? 0))
  return differences.find((difference) => difference !== 0) ?? 0
}

/** Whether this is a version of the form 1.2.3. */
export function isVersion(text: unknown): text is string {
  return typeof text === 'string' && /^\d+\.\d+\.\d+$/.test(text)
}

function numbersOf(version: string): [number, number, number] {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number)
  return [major, minor, patch]
}
