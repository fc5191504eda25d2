import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseDocument } from 'yaml'
import type { Bump } from './bump.ts'
import { bumpBetween, bumpVersion, compareBumps, largest } from './bump.ts'
import { root } from './contract-file.ts'
import { isObject } from './json.ts'

/** A published package of this repository. */
interface Package {
  name: string
  version: string
  dependencies: string[]
}

/** The package of this directory, from which the others are generated. */
const source = '@connected-apps/openapi'

/** The file with the version of each generated package that contains the released contract. */
export const releasedVersionsPath = join(root, 'openapi/released/packages.json')

/** The published packages that are generated from the contract. */
export function generatedPackages(): Package[] {
  return publishedPackages().filter(({ dependencies }) => dependencies.includes(source))
}

/** The published packages that depend on the contract: the generated ones, and those that use them. */
export function dependentPackages(): Package[] {
  const all = publishedPackages()
  const found = new Set([source])
  for (let size = 0; size !== found.size;) {
    size = found.size
    for (const { name, dependencies } of all) {
      if (dependencies.some((dependency) => found.has(dependency))) found.add(name)
    }
  }
  return all.filter(({ name }) => found.has(name))
}

function publishedPackages(): Package[] {
  return globSync(['packages/*/package.json', 'apps/*/package.json'], { cwd: root })
    .toSorted()
    .map((file) => JSON.parse(readFileSync(join(root, file), 'utf8')))
    .filter((manifest) => manifest.private !== true)
    .map(({ name, version, dependencies, devDependencies }) => ({
      name,
      version,
      // Other development dependencies do not affect what is published; the source is always one.
      dependencies: [
        ...Object.keys(dependencies ?? {}),
        ...Object.keys(devDependencies ?? {}).filter((dependency) => dependency === source),
      ],
    }))
}

/** Finds generated packages whose bump is smaller than the contract's; one line for each says what to do. */
export function findMissingBumps(releasedVersion: string, version: string): string[] {
  const needed = bumpBetween(releasedVersion, version)
  const record: Record<string, string> = JSON.parse(readFileSync(releasedVersionsPath, 'utf8'))
  return generatedPackages().flatMap((generated) => {
    const from = record[generated.name] ?? '0.0.0'
    const to = bumpVersion(generated.version, pendingBump(generated.name))
    if (compareBumps(bumpBetween(from, to), needed) >= 0) return []
    const rise = from === to ? `stays ${from}` : `only rises from ${from} to ${to}`
    return [
      `${generated.name} ${rise}, while the contract rises from ${releasedVersion} to ${version}; add a changeset with a ${needed} bump (npm run contract -- --write drafts it)`,
    ]
  })
}

/** The contents of the file at {@link releasedVersionsPath}, for the contract that is released now. */
export function renderReleasedVersions(): string {
  const versions = generatedPackages().map(({ name, version }) => [name, version])
  return `${JSON.stringify(Object.fromEntries(versions), null, 2)}\n`
}

function pendingBump(name: string): Bump {
  const files = globSync('.changeset/*.md', { cwd: root })
  return largest(
    files.map((file): Bump => {
      const [, header] = /^---\n([\s\S]*?)\n---/.exec(readFileSync(join(root, file), 'utf8')) ?? []
      const bumps: unknown = parseDocument(header ?? '').toJS()
      const bump = isObject(bumps) ? bumps[name] : undefined
      return bump === 'patch' || bump === 'minor' || bump === 'major' ? bump : 'none'
    }),
  )
}
