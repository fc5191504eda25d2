import { mkdtempDisposableSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bumpVersion } from '../scripts/bump.ts'
import type { ContractFile } from '../scripts/contract-file.ts'
import { compareVersion } from '../scripts/version-check.ts'
import { runRedocly } from '../scripts/redocly.ts'
import { examples } from './changes/examples.ts'
import { extensions } from './changes/extensions.ts'
import { operations } from './changes/operations.ts'
import { parameters } from './changes/parameters.ts'
import { requestBodies } from './changes/request-bodies.ts'
import { responses } from './changes/responses.ts'
import { security } from './changes/security.ts'
import { servers } from './changes/servers.ts'
import type { Edit } from './contract-edits.ts'
import { at, readContract } from './contract-edits.ts'
import { runScript } from './run-script.ts'

const tables = {
  operations,
  parameters,
  'request bodies': requestBodies,
  responses,
  examples,
  security,
  servers,
  extensions,
}

const narrowPattern: Edit = (c) => {
  for (const parameter of Object.values(at(c, 'components', 'parameters'))) {
    at(at({ parameter }, 'parameter'), 'schema')['pattern'] = '^[a-z]$'
  }
}
const breaking: [version: string, isEnough: boolean][] = [
  ['1.0.1', false],
  ['1.1.0', false],
  ['1.99.0', false],
  ['2.0.0', true],
  ['2.1.0', true],
  ['3.0.0', true],
]

const directory = mkdtempDisposableSync(join(tmpdir(), 'rating-'))
afterAll(() => directory.remove())

const contract = readContract()
let written = 0
const nothing: Edit = () => {}
const unchanged = write('1.0.0', nothing)

/** The pairs of contracts that are compared, by the name of the test. */
const pairs = new Map<string, Pair>([
  ...Object.entries(tables).flatMap(([table, changes]) =>
    changes.map(([, kind, change, before]): [string, Pair] => {
      const base = before ? write('1.0.0', before) : unchanged
      return [`${table}: ${kind}`, pairOf(base, write('1.0.0', before ?? nothing, change))]
    }),
  ),
  ...breaking.map(([version]): [string, Pair] => [
    version,
    pairOf(unchanged, write(version, narrowPattern)),
  ]),
])

beforeAll(async () => {
  const all = [...pairs.values()]
  const batches = Array.from(
    { length: availableParallelism() },
    (_, start, count = availableParallelism()) =>
      all.filter((_pair, index) => index % count === start),
  )
  await Promise.all(batches.map(compare))
})

describe.for(Object.entries(tables))('the minimum bump in %s', ([table, changes]) => {
  test.for(changes)('%s: %s', ([least, kind]) => {
    const required = `a ${least} change since 1.0.0 needs at least ${bumpVersion('1.0.0', least)}`
    const result = checkVersionOf(`${table}: ${kind}`)
    if (least === 'none') expect(result).toMatchObject({ changes: [], versionError: undefined })
    else expect(result.versionError).toContain(required)
  })
})

test.for(breaking)('whether a breaking change may be version %s: %s', ([version, isEnough]) => {
  expect(checkVersionOf(version).versionError === undefined).toBe(isEnough)
})

describe.concurrent('the command that the build runs', () => {
  test('accepts another order', async () => {
    const [, , change] = servers.find(([least]) => least === 'none') ?? []
    const { exitCode, stderr } = await check('1.0.0', change)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  })

  test.for([
    ['1.99.0', 1],
    ['2.0.0', 0],
  ] as const)('a breaking change as version %s exits with %i', async ([version, code]) => {
    const { exitCode, stderr } = await check(version, narrowPattern)
    if (code === 1) expect(stderr).toContain('a major change since 1.0.0 needs at least 2.0.0')
    expect(exitCode).toBe(code)
  })

  test('rejects a version that falls', async () => {
    const { exitCode, stderr } = await check('0.9.0', nothing)
    expect(stderr).toMatch(/:\d+: info\.version is 0\.9\.0; it must not fall below .* 1\.0\.0\n/)
    expect(exitCode).toBe(1)
  })
})

function check(version: string, change: Edit = nothing) {
  return runScript('check-contract', [unchanged.path, write(version, change).path])
}

interface Pair {
  base: ContractFile
  revision: ContractFile
  /** Where Redocly's report is written. */
  report: string
}

function pairOf(base: ContractFile, revision: ContractFile): Pair {
  return { base, revision, report: revision.path.replace('.yaml', '.json') }
}

/** Lets Redocly compare the documents of all pairs, in one process. */
async function compare(batch: Pair[], index: number): Promise<void> {
  const list = join(directory.path, `pairs-${index}.json`)
  const files = batch.map(({ base, revision, report }) => [base.path, revision.path, report])
  writeFileSync(list, JSON.stringify(files))
  const program = fileURLToPath(new URL('diff-batch.ts', import.meta.url))
  const result = await runRedocly(program, [list])
  expect(result).toMatchObject({ exitCode: 0 })
}

/** The result of the version check, from its own functions. */
function checkVersionOf(name: string) {
  const pair = pairs.get(name)
  if (pair === undefined) throw new Error(`${name} was not compared`)
  const { changes } = JSON.parse(readFileSync(pair.report, 'utf8'))
  return compareVersion(pair.base, pair.revision, changes)
}

/** Writes an edited version of the contract. */
function write(version: string, ...edits: Edit[]): ContractFile {
  const document = structuredClone(contract)
  at(document, 'info')['version'] = version
  for (const edit of edits) edit(document)
  // As text and back, since the edits may have given one object two locations. JSON is YAML.
  const text = JSON.stringify(document)
  const path = join(directory.path, `contract-${++written}.yaml`)
  writeFileSync(path, text)
  return { path, text, document: JSON.parse(text), version, lineOf: () => 1 }
}
