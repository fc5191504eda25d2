// What the contract's owner runs after an edit: `npm run contract`.
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { draftChangeset } from './changeset.ts'
import { runCommand } from './command.ts'
import { renderChangeTable } from './compare/change-table.ts'
import {
  contractPath,
  nameOf,
  readContractFile,
  releasedPath,
  root,
  withVersion,
} from './contract-file.ts'
import { runGate } from './gate.ts'
import { lateVersions } from './packages.ts'
import { redocly } from './redocly.ts'
import { remainingWork } from './remaining-work.ts'

await runCommand({
  help: `Usage: npm run contract [-- --write]

Run it after each edit of openapi/connected-apps.yaml. It lints the document, generates what is
generated from it, compares it with the released contract, and says what is still to be done.

Options:
  --write  write the least version into info.version, and draft the changeset
  --help   show this help

Exit codes: 0 nothing is left to do, 1 something is, 2 a document or the command line is wrong`,
  flags: ['write'],
  async run(flags) {
    const write = flags.has('write')
    const released = readContractFile(releasedPath)
    const edited = readContractFile(contractPath)
    const { changes, leastVersion, lateVersion } = await runGate(released, edited)
    const missing: string[] = []

    const lint = await redocly('lint', contractPath)
    const isSound = lint.exitCode === 0
    if (!isSound) {
      console.error(lint.stdout + lint.stderr)
      missing.push(`${nameOf(contractPath)}: mend what the linter names above`)
    }
    const mayRaise = isSound && write && lateVersion !== undefined
    if (mayRaise) writeFileSync(contractPath, withVersion(edited, leastVersion))
    const contract = readContractFile(contractPath)
    const generation = isSound ? await generate() : 0
    if (generation !== 0) {
      writeFileSync(contractPath, edited.text) // a version without what is generated for it is half a change
      missing.push(`${nameOf(contractPath)}: mend what stops the generation above`)
    }

    if (missing.length === 0 && mayRaise) {
      console.log(`Wrote version ${leastVersion} into ${nameOf(contractPath)}.`)
    } else if (lateVersion !== undefined) {
      missing.push(`${lateVersion} (npm run contract -- --write writes it)`)
    }
    const late = lateVersions(released.version, contract.version)
    if (missing.length === 0 && write && late.length > 0) {
      const { path, text } = draftChangeset(released.version, contract.version, changes)
      writeFileSync(path, text)
      console.log(`Drafted ${nameOf(path)}; put it into your own words.`)
    } else missing.push(...late)
    missing.push(...remainingWork(contract.document))

    console.log(
      changes.length === 0
        ? `\nNothing changed since the released ${released.version}.`
        : `\nFor the pull request:\n\n### Contract ${released.version} → ${contract.version}\n\n${renderChangeTable(changes, contract)}`,
    )
    if (missing.length === 0) {
      console.log(`\nNothing is left to do. Commit ${nameOf(contractPath)} and what was generated.`)
      return 0
    }
    console.log(`\nStill to do:\n${missing.map((line) => `- ${line}`).join('\n')}`)
    return generation === 2 ? 2 : 1
  },
})

/** Writes anew what is generated from the contract. */
function generate(): Promise<number> {
  const isWindows = process.platform === 'win32'
  const child = spawn('npm', ['run', '--silent', 'generate'], {
    cwd: root,
    stdio: 'inherit',
    shell: isWindows, // npm is a .cmd file there
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
