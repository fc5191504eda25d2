// The check that every pull request has to pass: the version of the contract reflects what changed.
import { runCommand } from './command.ts'
import { renderChangeTable } from './compare/change-table.ts'
import { contractPath, nameOf, readContractFile, releasedPath } from './contract-file.ts'
import { checkVersion } from './version-check.ts'
import { findMissingBumps } from './packages.ts'

await runCommand({
  help: `Usage: node scripts/check-contract.ts [RELEASED CONTRACT]

Compares the contract with the released one, and fails if info.version is too low for what changed,
or if the bump of a generated package is smaller than that of the contract.

Exit codes: 0 passed, 1 something is missing, 2 a document or the command line is wrong`,
  maxFiles: 2,
  async run(_flags, [base = releasedPath, revision = contractPath]) {
    const released = readContractFile(base)
    const contract = readContractFile(revision)
    const { changes, versionError } = await checkVersion(released, contract)
    if (changes.length > 0) console.log(`${renderChangeTable(changes, contract)}\n`)
    const isOwn = base === releasedPath && revision === contractPath
    const missing = [
      ...(versionError === undefined ? [] : [versionError]),
      // Only once the version is right, since the bumps of the packages depend on it.
      ...(isOwn && versionError === undefined
        ? findMissingBumps(released.version, contract.version)
        : []),
    ]
    for (const line of missing) console.error(line)
    if (missing.length > 0) return 1
    const since = `the released ${released.version}`
    console.log(
      `${nameOf(revision)}: version ${contract.version} fits ${changes.length} changes since ${since}`,
    )
    return 0
  },
})
