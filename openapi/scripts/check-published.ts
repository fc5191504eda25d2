// Checks that released/ matches the registry, since it must not be edited by hand.
import { execFile } from 'node:child_process'
import { mkdtempDisposable, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual, promisify } from 'node:util'
import { bumpBetween, compareBumps, isVersion } from './bump.ts'
import { runCommand, UsageError } from './command.ts'
import { contractPath, nameOf, readContractFile, releasedPath } from './contract-file.ts'
import type { JsonObject } from './json.ts'
import { isObject } from './json.ts'
import { generatedPackages } from './packages.ts'

const run = promisify(execFile)

await runCommand({
  help: `Usage: node scripts/check-published.ts

Compares released/connected-apps.yaml with the contract in the newest published package.

Exit codes: 0 they match, 1 they differ, 2 the registry cannot be read, or the command line is wrong`,
  async run() {
    const released = readContractFile(releasedPath)
    const violations: string[] = []
    for (const { name, version } of generatedPackages()) {
      const published = await fetchPublished(name)
      if (published === undefined) {
        console.log(`${name} is not published yet`)
      } else if (published.version === version) {
        if (!isDeepStrictEqual(published.document, released.document)) {
          violations.push(
            `${nameOf(releasedPath)} differs from the contract in the published ${name} ${version}; restore it, since only the release may write it`,
          )
        }
      } else {
        const rise = bumpBetween(versionOf(published.document), released.version)
        if (compareBumps(bumpBetween(published.version, version), rise) < 0) {
          violations.push(
            `${name} rises from ${published.version} to ${version}, but the contract in it by more: from ${versionOf(published.document)} to ${released.version}`,
          )
        }
        if (!isDeepStrictEqual(readContractFile(contractPath).document, released.document)) {
          violations.push(
            `${nameOf(releasedPath)} differs from the contract that ${name} ${version} will contain; run the release script`,
          )
        }
      }
    }
    for (const line of violations) console.error(line)
    return violations.length > 0 ? 1 : 0
  },
})

interface Published {
  version: string
  document: JsonObject
}

/** Fetches the contract in the newest version of a package from the registry that npm is configured with. */
async function fetchPublished(name: string): Promise<Published | undefined> {
  await using directory = await mkdtempDisposable(join(tmpdir(), 'published-'))
  const cwd = directory.path
  try {
    const { stdout } = await run('npm', ['pack', '--json', `${name}@latest`], { cwd })
    const [pack] = JSON.parse(stdout)
    await run('tar', ['-xf', pack.filename], { cwd })
    const manifest = await readJson(join(cwd, 'package/package.json'))
    const file = isObject(manifest['exports']) ? manifest['exports']['./openapi.json'] : undefined
    if (typeof file !== 'string' || !isVersion(manifest['version'])) {
      throw new UsageError(`${name}: the published package has no ./openapi.json`)
    }
    return {
      version: manifest['version'],
      document: await readJson(join(cwd, 'package', file)),
    }
  } catch (error) {
    if (error instanceof UsageError) throw error
    const output = isObject(error) ? `${String(error['stdout'])}${String(error['stderr'])}` : ''
    if (/\bE404\b/.test(output)) return undefined
    const [line] = output.split('\n').filter((text) => text.startsWith('npm error'))
    throw new UsageError(`${name}: cannot be fetched: ${line ?? String(error)}`, { cause: error })
  }
}

async function readJson(path: string): Promise<JsonObject> {
  return JSON.parse(await readFile(path, 'utf8'))
}

function versionOf(document: JsonObject): string {
  const version = isObject(document['info']) ? document['info']['version'] : undefined
  return isVersion(version) ? version : '0.0.0'
}
