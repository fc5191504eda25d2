import { UsageError } from './usage-error.ts'

/**
 * Refuses a Node.js that is too old to load the rest.
 *
 * @param engine what package.json asks of Node.js: `>=24.18`
 * @throws {UsageError}
 */
export function requireNode(version: string, engine: string): void {
  const least = engine.replace('>=', '')
  if (version.localeCompare(least, 'en', { numeric: true }) < 0) {
    throw new UsageError(`needs Node.js ${least} or newer; this is ${version}`)
  }
}
