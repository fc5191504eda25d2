import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import manifest from '../package.json' with { type: 'json' }
import { run } from './packed/run.ts'
import { contractTests, main } from './support/command.ts'
import { safeOperation } from './support/operations.ts'
import type { Provider } from './support/provider.ts'
import { credentials, startRemote } from './support/reference-provider.ts'

interface Step {
  name?: string
  uses?: string
  run?: string
  env?: Record<string, string>
  with?: Record<string, string | number>
}

interface Action {
  inputs: Record<string, { description: string; default?: string }>
  runs: { steps: Step[] }
}

interface Workflow {
  jobs: Record<string, { steps: Step[] }>
}

interface GitLabJob {
  variables: Record<string, string>
  before_script: string[]
  script: string[]
}

const actionDirectory = fileURLToPath(new URL('../../../actions/contract-tests', import.meta.url))
const actionFile = join(actionDirectory, 'action.yml')
const action = parse(await readFile(actionFile, 'utf8')) as Action
const workflow = (await parseExample('consumer-workflow.yml')) as Workflow
const gitlab = (await parseExample('gitlab-ci.yml')) as Record<string, GitLabJob>

async function parseExample(name: string): Promise<unknown> {
  return parse(await readFile(new URL(`../examples/${name}`, import.meta.url), 'utf8'))
}

let remote: Provider
let project: string
/** Records its arguments, and calls what npx would call; with USE_NPX, npx itself, which takes seconds. */
const npxShim = `#!/bin/sh
echo "npx $*" >> arguments
if [ -n "$USE_NPX" ]; then exec "$NPX" "$@"; fi
shift 2
exec node_modules/.bin/contract-tests "$@"
`

/** A project of a team, in which `npx` finds the package that it would otherwise download. */
let environment: Record<string, string>

beforeAll(async () => {
  remote = await startRemote()
  project = await mkdtemp(join(tmpdir(), 'contract-tests-ci-'))
  const bin = join(project, 'node_modules/.bin')
  await mkdir(bin, { recursive: true })
  await mkdir(join(project, 'node_modules/@connected-apps'))
  await symlink(
    fileURLToPath(new URL('..', import.meta.url)),
    join(project, 'node_modules/@connected-apps/contract-tests'),
  )
  await chmod(main, 0o755) // as npm does when it installs a package
  await symlink(main, join(bin, 'contract-tests'))
  await writeFile(join(project, 'package.json'), '{ "private": true }')
  const shims = join(project, 'shims')
  await mkdir(shims)
  await writeFile(join(shims, 'npx'), npxShim, { mode: 0o755 })
  const { PATH = '', HOME = '' } = process.env
  const npx = PATH.split(':')
    .map((directory) => join(directory, 'npx'))
    .find((file) => existsSync(file))
  environment = {
    PATH: `${shims}:${dirname(process.execPath)}:${PATH}`,
    HOME,
    NPX: npx ?? 'npx',
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
  }
})

afterAll(async () => {
  await remote[Symbol.asyncDispose]()
  await rm(project, { recursive: true })
})

beforeEach(async () => {
  for (const file of ['arguments', 'summary', 'connected-apps-junit.xml', 'pwned']) {
    await rm(join(project, file), { force: true })
  }
})

/** Runs the steps of the action with these inputs, as GitHub does. */
async function runAction(inputs: Record<string, string>, variables: Record<string, string> = {}) {
  const given = Object.entries(action.inputs).map(([name, input]): [string, string] => [
    name,
    inputs[name] ?? input.default ?? '',
  ])
  const values = new Map(given)
  for (const { env = {}, run: script = '' } of action.runs.steps) {
    const expand = (text: string) =>
      text.replaceAll(/\$\{\{ inputs\.([\w-]+) \}\}/g, (_, input: string) => {
        const known = values.get(input)
        if (known === undefined) throw new Error(`the action has no input ${input}`)
        return known
      })
    const file = join(project, 'step.sh')
    await writeFile(file, expand(script))
    const expanded = Object.entries(env).map(([name, value]) => [name, expand(value)])
    const result = await run('bash', ['--noprofile', '--norc', '-eo', 'pipefail', file], {
      cwd: project,
      env: {
        ...environment,
        GITHUB_ACTION_PATH: actionDirectory,
        GITHUB_STEP_SUMMARY: join(project, 'summary'),
        ...variables,
        ...Object.fromEntries(expanded),
      },
    })
    if (result.code !== 0) return result
  }
  return { code: 0, output: '' }
}

/** Runs the job with the variables of a project, as GitLab does. */
function runJob(variables: Record<string, string>) {
  const [job] = Object.values(gitlab)
  if (job === undefined) throw new Error('there is no job')
  const own = Object.entries(job.variables).map(([name, value]) => [
    name,
    value.replace('$CI_PROJECT_DIR', project),
  ])
  const script = [...job.before_script, ...job.script].join('\n')
  const env = { ...environment, ...Object.fromEntries(own), ...variables }
  return run('bash', ['-eo', 'pipefail', '-c', script], { cwd: project, env })
}

function read(file: string): Promise<string> {
  return readFile(join(project, file), 'utf8')
}

const access = () => ({
  url: remote.url,
  'project-id': credentials.projectId,
  secret: credentials.secret,
})

describe('the action', () => {
  test('has an input for each option of the command with a variable', async () => {
    const { out } = await contractTests(['--help'])
    const variables = [...new Set(out.match(/CONNECTED_APPS_[A-Z_]+/g))].toSorted()
    const [step] = action.runs.steps
    const { JUNIT_FILE, ...env } = step?.env ?? {}
    expect(JUNIT_FILE).toBe('${{ inputs.junit }}')
    expect(Object.keys(env).toSorted()).toEqual(variables)
    const nameOf = (variable: string) =>
      variable.replace('CONNECTED_APPS_', '').toLowerCase().replaceAll('_', '-')
    for (const [variable, value] of Object.entries(env)) {
      expect(value).toBe(`\${{ inputs.${nameOf(variable)} }}`)
    }
    const inputs = [...variables.map(nameOf), 'junit']
    expect(Object.keys(action.inputs).toSorted()).toEqual(inputs.toSorted())
  })

  test('runs with what the example workflow passes to it, and reports', async () => {
    const { steps = [] } = workflow.jobs['provider'] ?? {}
    const { with: given = {} } = steps.find(({ uses }) => uses?.includes('/actions/')) ?? {}
    const values = Object.entries(given).map(([name, value]): [string, string] => [
      name,
      String(value).startsWith('${{') ? '' : String(value),
    ])
    const { code, output } = await runAction(
      { ...Object.fromEntries(values), ...access() },
      { USE_NPX: 'yes' },
    )
    expect({ code, output }).toEqual({ code: 0, output: '' })
    expect(await read('summary')).toContain('contract-tests of ')
    expect(await read('connected-apps-junit.xml')).toContain('<testsuites ')
    const called = await read('arguments')
    expect(called).toContain(`npx --yes @connected-apps/contract-tests@${manifest.version} `)
    expect(called).not.toContain(credentials.secret)
  })

  test('takes a target from the file of a team', async () => {
    const { url, 'project-id': projectId } = access()
    const variables = { secret: 'STAGING_SECRET' }
    await writeFile(
      join(project, 'contract-tests.config.json'),
      JSON.stringify({ targets: { staging: { url, projectId, variables } } }),
    )
    const secret = { STAGING_SECRET: credentials.secret }
    expect((await runAction({ target: 'staging' }, secret)).code).toBe(0)
    expect((await runAction({ target: 'production' }, secret)).output).toContain(
      '--target must be ',
    )
  })

  test('fails with the exit code of the command', async () => {
    const { code, output } = await runAction({ ...access(), secret: 'another-secret' })
    expect(code).toBe(2)
    expect(output).toContain('the target rejects the credentials')
    expect((await runAction({ ...access(), require: '500' })).code).toBe(1)
  })

  // One for each way in which a script may quote the input.
  test.each(['$(touch pwned)', '"; touch pwned; "', "'; touch pwned; '"])(
    'does not run code in an input: %s',
    async (hostile) => {
      const names = Object.keys(action.inputs)
      const { code } = await runAction(Object.fromEntries(names.map((name) => [name, hostile])))
      expect(code).toBe(2)
      expect(existsSync(join(project, 'pwned'))).toBe(false)
    },
  )
})

describe('the job for GitLab', () => {
  const variables = () => ({
    CONTRACT_TESTS_VERSION: manifest.version,
    CONNECTED_APPS_URL: remote.url,
    CONNECTED_APPS_PROJECT_ID: credentials.projectId,
    CONNECTED_APPS_SECRET: credentials.secret,
  })

  test('runs, and reports', async () => {
    const { code, output } = await runJob(variables())
    expect(output).toMatch(/\nPASSED: /)
    expect(code).toBe(0)
    expect(await read('connected-apps-junit.xml')).toContain('<testsuites ')
    expect(await read('arguments')).not.toContain(credentials.secret)
    expect(existsSync(join(project, '.connected-apps.npmrc'))).toBe(false)
  })

  test('uses a private registry, whose token npm reads from its variable', async () => {
    const registry = 'http://packages.invalid:8081/npm'
    const id = safeOperation.pathParameters[0] ?? ''
    const { code, output } = await runJob({
      ...variables(),
      [`CONNECTED_APPS_${id.toUpperCase()}`]: 'nothing',
      NPM_REGISTRY: registry,
      NPM_TOKEN: 'a-token',
    })
    expect(code).toBe(2)
    expect(output).toContain(`has no such ${id}`)
    expect(await read('.connected-apps.npmrc')).toBe(
      `@connected-apps:registry=${registry}/\n${registry.replace('http:', '')}/:_authToken=\${NPM_TOKEN}\n`,
    )
    await rm(join(project, '.connected-apps.npmrc'))
  })

  test('says that the version is missing', async () => {
    const { code, output } = await runJob({ ...variables(), CONTRACT_TESTS_VERSION: '' })
    expect(code).not.toBe(0)
    expect(output).toContain('CONTRACT_TESTS_VERSION: is not set')
  })
})

const jobSteps = Object.values(workflow.jobs).flatMap(({ steps }) => steps)

test('no script contains an expression of GitHub, whose value it would run', () => {
  for (const { run: script = '' } of [...jobSteps, ...action.runs.steps]) {
    expect(script).not.toContain('${{')
  }
})

test('the example workflow uses only inputs that the action has', () => {
  const uses = jobSteps.filter((step) => step.uses?.includes('/actions/contract-tests@'))
  expect(uses).toHaveLength(1)
  for (const { with: given = {} } of uses) {
    expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(Object.keys(given)))
  }
})

test('the example workflow installs the mock with the telemetry of a Prism dependency turned off', () => {
  const installSteps = jobSteps.filter(({ run: script = '' }) => /^npm (ci|install)/.test(script))
  expect(installSteps).toEqual([
    expect.objectContaining({ env: expect.objectContaining({ SCARF_ANALYTICS: 'false' }) }),
  ])
})
