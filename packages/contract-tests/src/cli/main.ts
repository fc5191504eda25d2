#!/usr/bin/env node
import { createRequire } from 'node:module'
import type { ExampleName, OperationId, Status } from '@connected-apps/contract'
import { allOperations, contract } from '@connected-apps/contract/operations'
import { Option, createCommand, parseSeconds, runCommand } from '@connected-apps/node-http/command'
import { UsageError } from '../options.ts'
import type { ContractOptions } from '../options.ts'
import { prepareDestinations, reporterOption, writeReports } from '../reporters/destinations.ts'
import type { Destination } from '../reporters/destinations.ts'
import { runView } from '../reporters/run-view.ts'
import { runContract } from '../target.ts'
import { applyTargetsFile, defaultFile } from './targets-file.ts'

// Not imported with an attribute, because Node.js 20 would print a warning.
const manifest: { version: string; engines: { node: string } } = createRequire(import.meta.url)(
  '@connected-apps/contract-tests/package.json',
)

/** The options of the command: those of a run, and a few more. */
interface CommandOptions extends ContractOptions {
  operation?: OperationId[]
  reporter?: Destination[]
  /** In seconds. */
  wait?: number
}

const sessions = {
  '--session-token <TOKEN>': 'a session whose roles have the permissions for the operations',
  '--session-jwt <JWT>': 'such a session as a JWT',
  '--session-token-without-permission <TOKEN>':
    'a session whose roles lack these permissions, for 403',
  '--session-token-of-other-organization <TOKEN>': 'a session of another Organization, for 403',
}
const secretKeys = ['--secret', ...Object.keys(sessions)].map((flags) =>
  new Option(flags).attributeName(),
)

const command = createCommand({
  name: 'contract-tests',
  version: `${manifest.version} (${contract.title} ${contract.version})`,
  description: `Tests whether a provider conforms to the contract ${contract.title} ${contract.version}.
The operations really take effect: access is revoked. Use ids made for tests.`,
  onArguments: (given) => applyTargetsFile(given, secretKeys),
})
  .addOption(withVariable('--url <URL>', 'base URL of the target', true))
  .addOption(withVariable('--project-id <ID>', 'project id of the credentials', true))
  .addOption(
    withVariable(
      '--secret <SECRET>',
      "the project's secret; prefer the variable, since other users can see the command line",
      true,
    ),
  )
for (const name of new Set(allOperations.flatMap(({ pathParameters }) => pathParameters))) {
  command.addOption(
    withVariable(`--${name.replaceAll('_', '-')} <ID>`, "default: the contract's example"),
  )
}
for (const [flags, description] of Object.entries(sessions)) {
  command.addOption(withVariable(flags, description))
}
command
  .addOption(
    new Option('--operation <ID...>', 'test only this operation; repeatable').choices(
      allOperations.map(({ operationId }) => operationId),
    ),
  )
  .addOption(
    withVariable(
      '--profile <PROFILE>',
      'mock: uses Prefer headers; remote: does not; auto: detected by one probe',
    )
      .choices(['auto', 'mock', 'remote'])
      .default('auto'),
  )
  .addOption(
    withVariable(
      '--require <LIST>',
      'fail unless these are covered: a list such as 200,401,ERROR_TYPE, or all, for every status',
    ).argParser(parseRequired),
  )
  .addOption(
    withVariable(
      '--wait <SECONDS>',
      'how long to wait for a target that is starting (default: not at all)',
    ).argParser(parseSeconds),
  )
  .addOption(
    withVariable('--timeout-ms <MS>', 'timeout of each request (default: 10000)').argParser(Number),
  )
  .addOption(reporterOption())
  .addOption(
    withVariable('--config <FILE>', `file with the options of targets (default: ${defaultFile})`),
  )
  .addOption(withVariable('--target <NAME>', 'take the options of this target from the file'))
  .addHelpText(
    'after',
    '\nExit codes: 0 passed, 1 failed, 2 usage error, no response, or wrong credentials or ids.',
  )
  .action(test)

await runCommand(command, {
  engine: manifest.engines.node,
  explain: (error) => (error instanceof UsageError ? [error.message] : undefined),
})

async function test({
  operation,
  reporter = [],
  wait = 0,
  ...options
}: CommandOptions): Promise<void> {
  await prepareDestinations(reporter, { isOutputFree: true })
  const report = await runContract({ ...options, operations: operation, waitMs: wait * 1000 })
  await writeReports(runView(report), reporter, (text) => process.stdout.write(text))
  process.exitCode = report.passed ? 0 : 1
}

/** An option that may also be set by a variable: `CONNECTED_APPS_SECRET` for `--secret`. */
function withVariable(flags: string, description: string, isMandatory = false): Option {
  const option = new Option(flags, description).makeOptionMandatory(isMandatory)
  return option.env(`CONNECTED_APPS_${option.name().replaceAll('-', '_').toUpperCase()}`)
}

function parseRequired(value: string): (Status | ExampleName)[] | 'all' {
  if (value === 'all') return value
  const names = value.split(',').map((name) => (/^\d+$/.test(name) ? Number(name) : name))
  return names as (Status | ExampleName)[] // safe: the run validates them
}
