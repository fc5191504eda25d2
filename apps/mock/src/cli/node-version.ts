import { UsageError } from './arguments.ts'

/**
 * Rejects a Node.js version that is too old to load the rest of this package.
 *
 * @param engine the range of versions in package.json: `>=24.18`
 * @throws {UsageError}
 */
export function requireNode(version: string, engine: string): void {
  const minimum = engine.replace('>=', '')
  if (version.localeCompare(minimum, 'en', { numeric: true }) < 0) {
    throw new UsageError(`needs Node.js ${minimum} or newer; this is ${version}`)
  }
}
