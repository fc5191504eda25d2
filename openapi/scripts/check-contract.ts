// The check that every pull request has to pass: the version of the contract says what changed.
import { runCommand } from './command.ts'
import { renderChangeTable } from './compare/change-table.ts'
import { contractPath, nameOf, readContractFile, releasedPath } from './contract-file.ts'
import { checkVersion } from './version-check.ts'
import { findMissingBumps } from './packages.ts'

await runCommand({
  help: `Usage: node scripts/check-contract.ts [RELEASED CONTRACT]

Compares the contract with the released one, and fails when info.version rises too little for
what changed, or a generated package rises less than the contract.

Exit codes: 0 all is well, 1 something is missing, 2 a document or the command line is wrong`,
  maxFiles: 2,
  async run(_flags, [base = releasedPath, revision = contractPath]) {
    const released = readContractFile(base)
    const contract = readContractFile(revision)
    const { changes, versionError } = await checkVersion(released, contract)
    if (changes.length > 0) console.log(`${renderChangeTable(changes, contract)}\n`)
    const isOwn = base === releasedPath && revision === contractPath
    const missing = [
      ...(versionError === undefined ? [] : [versionError]),
      // Once the version is right: it decides how much the packages have to rise.
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
