import { mkdtempDisposableSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { raise } from '../scripts/bump.ts'
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

const directory = mkdtempDisposableSync(join(tmpdir(), 'rating-'))
afterAll(() => directory.remove())

describe.concurrent.for(
  Object.entries({
    operations,
    parameters,
    'request bodies': requestBodies,
    responses,
    examples,
    security,
    servers,
    extensions,
  }),
)('the least bump in %s', ([, changes]) => {
  test.for(changes)('%s: %s', async ([least, kind, change, before]) => {
    const { exitCode, stderr } = await check(kind, '1.0.0', change, before)
    const needed = raise('1.0.0', least)
    if (least === 'none') expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    else expect(stderr).toContain(`a ${least} change since 1.0.0 needs at least ${needed}`)
    expect(exitCode).toBe(least === 'none' ? 0 : 1)
  })
})

const narrowPattern: Edit = (c) => {
  for (const parameter of Object.values(at(c, 'components', 'parameters'))) {
    at(at({ parameter }, 'parameter'), 'schema')['pattern'] = '^[a-z]$'
  }
}

test.concurrent.for([
  ['1.0.1', 1],
  ['1.1.0', 1],
  ['1.99.0', 1],
  ['2.0.0', 0],
  ['2.1.0', 0],
  ['3.0.0', 0],
])('a breaking change as version %s exits with %i', async ([version, exitCode]) => {
  expect(await check(`as ${version}`, String(version), narrowPattern)).toMatchObject({ exitCode })
})

test('a version that falls is rejected', async () => {
  const { exitCode, stderr } = await check('falling', '0.9.0', () => {})
  expect(stderr).toMatch(/:\d+: info\.version is 0\.9\.0; it must not fall below .* 1\.0\.0\n/)
  expect(exitCode).toBe(1)
})

/** Runs the very command that guards the build on two versions of the contract. */
function check(name: string, version: string, change: Edit, before: Edit = () => {}) {
  const base = write(`${name} (released)`, '1.0.0', [before])
  const revision = write(name, version, [before, change])
  return runScript('check-contract', [base, revision])
}

function write(name: string, version: string, edits: Edit[]): string {
  const contract = readContract()
  at(contract, 'info')['version'] = version
  for (const edit of edits) edit(contract)
  const file = join(directory.path, `${name.replaceAll(/\W+/g, '-')}.yaml`)
  // Without anchors, which would tie together what one edit gave two places.
  writeFileSync(file, stringify(contract, { aliasDuplicateObjects: false }))
  return file
}
