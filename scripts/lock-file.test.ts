import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { root } from './run-process.mjs'

interface LockFile {
  packages: Record<string, { os?: string[] }>
  snapshots: Record<string, { optionalDependencies?: Record<string, string> }>
}

// pnpm leaves out what the registry did not have when a dependency was added, and a frozen installation
// never asks again. `pnpm install --lockfile-only --fix-lockfile` adds it.
await test('what has binaries for Linux has them for macOS and Windows, too', () => {
  const lockFile: LockFile = parse(readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8'))
  const systemsOf = (dependencies: Record<string, string>) =>
    Object.entries(dependencies).flatMap(
      ([name, version]) => lockFile.packages[`${name}@${version}`]?.os ?? [],
    )
  for (const [name, { optionalDependencies = {} }] of Object.entries(lockFile.snapshots)) {
    const systems = systemsOf(optionalDependencies)
    // Where the lock file has no binary of pnpm, pnpm downloads it on first use.
    if (!systems.includes('linux') || name.startsWith('pnpm@')) continue
    assert(systems.includes('darwin') && systems.includes('win32'), name)
  }
})
