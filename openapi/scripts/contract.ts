// Run by the contract's owner after an edit: `npm run contract`.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { draftChangeset } from './changeset.ts'
import { runCommand, UsageError } from './command.ts'
import { renderChangeTable } from './compare/change-table.ts'
import type { ContractFile } from './contract-file.ts'
import {
  contractPath,
  nameOf,
  readContractFile,
  releasedPath,
  root,
  withVersion,
} from './contract-file.ts'
import { checkVersion } from './version-check.ts'
import { segmentsOf } from './json.ts'
import { findMissingBumps } from './packages.ts'
import { lint } from './redocly.ts'
import { remainingWork } from './remaining-work.ts'

await runCommand({
  help: `Usage: npm run contract [-- --write]

Run it after each edit of openapi/connected-apps.yaml. It lints the document, generates code from it,
compares it with the released contract, and lists what is left to do.

Options:
  --write  write the required version into info.version, and draft the changeset
  --help   show this help

Exit codes: 0 nothing is left to do, 1 something is, 2 a document or the command line is wrong`,
  flags: ['write'],
  async run(flags) {
    const released = readContractFile(releasedPath)
    const edited = readContractFile(contractPath)
    const { changes, minVersion, versionError } = await checkVersion(released, edited)
    await lint(contractPath)

    const isRaised = flags.has('write') && versionError !== undefined
    if (isRaised) writeFileSync(contractPath, withVersion(edited, minVersion))
    try {
      await generate(edited)
    } catch (error) {
      // A new version without the code generated for it would be half a change.
      if (isRaised) writeFileSync(contractPath, edited.text)
      throw error
    }
    const contract = readContractFile(contractPath)

    const missing: string[] = []
    if (isRaised) console.log(`Wrote version ${minVersion} into ${nameOf(contractPath)}.`)
    else if (versionError !== undefined) {
      missing.push(`${versionError} (npm run contract -- --write writes it)`)
    }
    const missingBumps = findMissingBumps(released.version, contract.version)
    if (flags.has('write') && missingBumps.length > 0) {
      const { path, text } = draftChangeset(released.version, contract, changes)
      writeFileSync(path, text)
      console.log(`Drafted ${nameOf(path)}; put it into your own words.`)
    } else missing.push(...missingBumps)
    missing.push(...remainingWork(contract.document))

    const next = versionError === undefined ? contract.version : minVersion
    console.log(
      changes.length === 0
        ? `\nNothing changed since the released ${released.version}.`
        : `\nFor the pull request:\n\n### Contract ${released.version} → ${next}\n\n${renderChangeTable(changes, contract)}`,
    )
    if (missing.length === 0) {
      console.log(`\nNothing is left to do. Commit ${nameOf(contractPath)} and what was generated.`)
      return 0
    }
    console.log(`\nStill to do:\n${missing.map((line) => `- ${line}`).join('\n')}`)
    return 1
  },
})

/**
 * Regenerates code from the contract. Throws a {@link UsageError} of one line if the code generation
 * rejects the document.
 */
async function generate({ path, lineOf }: ContractFile): Promise<void> {
  const isWindows = process.platform === 'win32'
  // npm is a .cmd file on Windows, which needs a shell.
  const child = spawn('npm', ['run', '--silent', 'generate'], { cwd: root, shell: isWindows })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (output += text))
  const [exitCode] = await once(child, 'close')
  if (exitCode === 0) {
    process.stdout.write(output)
    return
  }
  const [, pointer = '', message] = /generate: \S+ (#\S*): (.*)/.exec(output) ?? []
  if (message === undefined) throw new UsageError(output.trimEnd())
  const name = segmentsOf(pointer).at(-1)
  const place = `${nameOf(path)}:${lineOf(pointer)}`
  throw new UsageError(`${place}: ${name === undefined ? '' : `${name} `}${message}`)
}
