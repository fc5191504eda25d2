import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { contractTests } from './support/command.ts'
import { safeOperation } from './support/operations.ts'
import type { Provider } from './support/provider.ts'
import { credentials, startMock } from './support/reference-provider.ts'

const environment = { STAGING_SECRET: credentials.secret }
const [idName = ''] = safeOperation.pathParameters
const idKey = idName.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
const idOption = `--${idName.replaceAll('_', '-')}`
const idVariable = `CONNECTED_APPS_${idName.toUpperCase()}`

let mock: Provider
let directory: string

beforeAll(async () => {
  mock = await startMock()
  directory = await mkdtemp(join(tmpdir(), 'contract-tests-'))
})

afterAll(async () => {
  await mock[Symbol.asyncDispose]()
  await rm(directory, { recursive: true })
})

const complete = () => ({
  url: mock.url,
  projectId: credentials.projectId,
  operation: [safeOperation.operationId],
  require: [200],
  [idKey]: 'of-the-file',
  variables: { secret: 'STAGING_SECRET' },
})

/** Runs the command in the directory of the file, and returns the ids that it sent. */
async function run(file: unknown, args: string[], variables: Record<string, string> = {}) {
  const before = mock.requests.length
  const text = typeof file === 'string' ? file : JSON.stringify(file)
  await writeFile(join(directory, 'contract-tests.config.json'), text)
  const result = await contractTests(args, { ...environment, ...variables }, directory)
  const paths = mock.requests.slice(before).map(({ path }) => path)
  return { ...result, sends: (id: string) => paths.some((path) => path.includes(`/${id}`)) }
}

test('takes the options of a target, and its secret from the variable that the file names', async () => {
  const { code, error, out, sends } = await run({ targets: { staging: complete() } }, [
    '--target',
    'staging',
  ])
  expect({ code, error }).toEqual({ code: 0, error: '' })
  expect(sends('of-the-file')).toBe(true)
  expect(out.match(/^Coverage of .*/gm)).toEqual([`Coverage of ${safeOperation.operationId}`])
})

test('prefers options to variables, and variables to the file', async () => {
  const file = { targets: { staging: complete() } }
  const target = ['--target', 'staging']
  const variables = { [idVariable]: 'of-the-variable' }
  const byVariable = await run(file, target, variables)
  expect(byVariable.sends('of-the-variable')).toBe(true)
  expect(byVariable.sends('of-the-file')).toBe(false)
  const byOption = await run(file, [...target, idOption, 'of-the-option'], variables)
  expect(byOption.sends('of-the-option')).toBe(true)
  expect(byOption.sends('of-the-variable')).toBe(false)
  const withoutVariable = await run(file, [...target, idOption, 'of-the-option'])
  expect(withoutVariable.sends('of-the-file')).toBe(false)
})

test('takes the file and the target from variables too, and the file from any directory', async () => {
  const file = join(directory, 'others.json')
  await writeFile(file, JSON.stringify({ targets: { staging: complete() } }))
  const variables = { CONNECTED_APPS_CONFIG: file, CONNECTED_APPS_TARGET: 'staging' }
  expect((await run({ targets: {} }, [], variables)).code).toBe(0)
})

test('the example in the README needs only the variables of its target', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const [, example = ''] = /^```json\n(.*?)^```$/ms.exec(readme) ?? []
  const given = ['--target', 'staging', '--url', mock.url]
  expect((await run(example, given, { STAGING_SESSION: 'a-session' })).code).toBe(0)
  const { code, error } = await run(example, given)
  expect(code).toBe(2)
  expect(error).toContain(
    'targets.staging.variables.sessionToken names the variable STAGING_SESSION',
  )
})

describe('exits with 2 and one line that names the key and the file', () => {
  const staging = (others: object) => ({ targets: { staging: { ...complete(), ...others } } })

  test.each<[title: string, file: () => unknown, args: string[], message: RegExp]>([
    [
      'an unknown key',
      () => staging({ orgId: 'x' }),
      [],
      /: targets\.staging: the key orgId is unknown; the keys are url, projectId, /,
    ],
    [
      'an unknown key beside the targets',
      () => ({ targets: {}, target: {} }),
      [],
      /: the key target is unknown; the only one is targets$/,
    ],
    [
      'a secret',
      () => staging({ secret: 's3cret' }),
      [],
      /: targets\.staging\.secret is a secret; set a variable to it, /,
    ],
    [
      'a session',
      () => staging({ sessionToken: 's3cret' }),
      [],
      /: targets\.staging\.sessionToken is a secret; /,
    ],
    [
      'a variable for an unknown key',
      () => staging({ variables: { secrets: 'X' } }),
      [],
      /variables: the key secrets is unknown; /,
    ],
    [
      'a variable that is not set',
      () => staging({ variables: { secret: 'UNSET' } }),
      [],
      /variables\.secret names the variable UNSET, which is not set; set it$/,
    ],
    [
      'a variable without a name',
      () => staging({ variables: { secret: 1 } }),
      [],
      /variables\.secret is not the name of a variable; /,
    ],
    [
      'variables that are a list',
      () => staging({ variables: [] }),
      [],
      /targets\.staging\.variables is not an object; /,
    ],
    [
      'a value that is no choice',
      () => staging({ profile: 'prism' }),
      [],
      /: targets\.staging\.profile: --profile .* must be one of auto, mock, remote$/,
    ],
    [
      'a value that is not in the right form',
      () => staging({ wait: '1m' }),
      [],
      /: targets\.staging\.wait: --wait .* must be a whole number of seconds/,
    ],
    [
      'a value of another type',
      () => staging({ url: true }),
      [],
      /: targets\.staging\.url must be a string, a number, or a list of these$/,
    ],
    [
      'a key that says where the file is',
      () => staging({ config: 'x' }),
      [],
      /: targets\.staging: the key config is unknown; /,
    ],
    [
      'what is not JSON',
      () => '{\n  "targets": s3cret }',
      [],
      /contract-tests\.config\.json is not JSON; correct it$/,
    ],
    [
      'a comma too many',
      () => '{\n  "targets": {},\n}',
      [],
      /contract-tests\.config\.json is not JSON \(line 3 column 1\); correct it$/,
    ],
    ['a file that is a list', () => [], [], /contract-tests\.config\.json is not an object; /],
    [
      'a target that the file does not have',
      () => staging({}),
      ['--target', 'production'],
      /--target must be one of those in contract-tests\.config\.json: staging; see /,
    ],
    [
      'a file that is not there',
      () => staging({}),
      ['--config', 'none.json'],
      /none\.json cannot be read \(ENOENT\); pass the file of targets as --config$/,
    ],
  ])('%s', async (_, file, args, message) => {
    const target = args.includes('--target') ? [] : ['--target', 'staging']
    const { code, out, error } = await run(file(), [...target, ...args])
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(error).toMatch(/^contract-tests: [^\n]+\n$/)
    expect(error.trimEnd()).toMatch(message)
    expect(error).not.toContain('s3cret')
  })

  test('even without a target', async () => {
    const { code, error } = await run(staging({}), ['--config', 'contract-tests.config.json'])
    expect(code).toBe(2)
    expect(error).toContain(
      '--target must be one of those in contract-tests.config.json: staging; ',
    )
  })
})
