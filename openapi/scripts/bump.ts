/** How much a version has to rise. */
export type Bump = 'none' | 'patch' | 'minor' | 'major'

const order: readonly Bump[] = ['none', 'patch', 'minor', 'major']

/** Orders bumps from none to major, as `Array.prototype.sort` expects. */
export function compareBumps(a: Bump, b: Bump): number {
  return order.indexOf(a) - order.indexOf(b)
}

/** The largest of these bumps; `none` when there are none. */
export function largest(bumps: Iterable<Bump>): Bump {
  return [...bumps].toSorted(compareBumps).at(-1) ?? 'none'
}

/** The next version after this one that carries the bump. */
export function bumpVersion(version: string, bump: Bump): string {
  const [major, minor, patch] = numbersOf(version)
  if (bump === 'major') return `${major + 1}.0.0`
  if (bump === 'minor') return `${major}.${minor + 1}.0`
  return bump === 'patch' ? `${major}.${minor}.${patch + 1}` : version
}

/** How much the version rises from one to the other; `none` when it stays or falls. */
export function bumpBetween(from: string, to: string): Bump {
  const before = numbersOf(from)
  const after = numbersOf(to)
  const index = before.findIndex((number, position) => number !== after[position])
  if (index === -1 || compareVersions(to, from) < 0) return 'none'
  return (['major', 'minor', 'patch'] as const)[index] ?? 'none'
}

/** Orders versions, as `Array.prototype.sort` expects. */
export function compareVersions(a: string, b: string): number {
  const other = numbersOf(b)
  const differences = numbersOf(a).map((number, index) => number - (other[index] ?? 0))
  return differences.find((difference) => difference !== 0) ?? 0
}

/** Whether the text is a version that can be raised. */
export function isVersion(text: unknown): text is string {
  return typeof text === 'string' && /^\d+\.\d+\.\d+$/.test(text)
}

function numbersOf(version: string): [number, number, number] {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number)
  return [major, minor, patch]
}
