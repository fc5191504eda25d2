// Releases the contract, after `changeset version` has raised the versions of the packages.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { bumpBetween } from './bump.ts'
import { runCommand } from './command.ts'
import { renderChangeTable } from './compare/change-table.ts'
import { contractPath, nameOf, readContractFile, releasedPath } from './contract-file.ts'
import { checkVersion } from './version-check.ts'
import { findMissingBumps, releasedVersionsPath, renderReleasedVersions } from './packages.ts'
import { buildReference } from './reference.ts'

const changelogPath = fileURLToPath(new URL('../CHANGELOG.md', import.meta.url))
const heading = '# Changelog of the contract\n'

await runCommand({
  help: `Usage: node scripts/release.ts

Copies the contract to released/, adds what changed to CHANGELOG.md, records which package versions
contain it, and renders dist/reference.html.

Exit codes: 0 done, 1 a version is too low, 2 a document or the command line is wrong`,
  async run() {
    const released = readContractFile(releasedPath)
    const contract = readContractFile(contractPath)
    const { changes, versionError } = await checkVersion(released, contract)
    const missing =
      versionError === undefined
        ? findMissingBumps(released.version, contract.version)
        : [versionError]
    for (const line of missing) console.error(line)
    if (missing.length > 0) return 1

    await buildReference()
    if (bumpBetween(released.version, contract.version) !== 'none') {
      const entries = existsSync(changelogPath)
        ? readFileSync(changelogPath, 'utf8').slice(heading.length)
        : ''
      const entry = `\n## ${contract.version}\n\n${renderChangeTable(changes, contract)}\n`
      writeFileSync(changelogPath, heading + entry + entries)
      writeFileSync(releasedPath, contract.text)
    }
    writeFileSync(releasedVersionsPath, renderReleasedVersions())
    console.log(`${nameOf(releasedPath)} is version ${contract.version}`)
    return 0
  },
})
