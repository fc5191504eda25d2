import { execFile } from 'node:child_process'
import { mkdir, mkdtempDisposable, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import manifest from '../package.json' with { type: 'json' }
import { readConfiguration } from '../src/configuration.ts'
import { addConnectedApp } from '../src/provision/resources.ts'
import { discover, isActive } from './support/connected-app.ts'
import { useService } from './support/service.ts'

const test = useService()

// Inside the package, so that the examples can import the package by its name.
const directory = fileURLToPath(new URL('../node_modules/.cache/readme/', import.meta.url))

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')

it('the examples of the README compile', async () => {
  const examples = [...readme.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = '']) => code)
  expect(examples.length).toBeGreaterThan(0)
  await mkdir(directory, { recursive: true })
  const files = examples.map((_, index) => `example-${index + 1}.ts`)
  for (const [index, code] of examples.entries()) {
    await writeFile(`${directory}${files[index]}`, code)
  }
  await writeFile(
    `${directory}tsconfig.json`,
    JSON.stringify({ extends: '../../../tsconfig.json', include: [], files }),
  )
  const compiled = promisify(execFile)('tsc', ['--noEmit', '-p', directory])
  expect((await compiled.catch((error: { stdout: string }) => error)).stdout).toBe('')
})

interface Probe {
  httpGet: { path: string; port: string }
  periodSeconds: number
  failureThreshold: number
}

/** What the test reads of a Deployment of Kubernetes. */
interface Deployment {
  spec: {
    template: {
      spec: {
        terminationGracePeriodSeconds: number
        containers: {
          env: { name: string; value?: string }[]
          command?: string[]
          ports: { name: string; containerPort: number }[]
          startupProbe: Probe
          livenessProbe: Probe
          readinessProbe: Probe
        }[]
      }
    }
  }
}

it('the command that starts the service is that of package.json', () => {
  expect(readme).toContain(`\n${manifest.scripts.start}\n`)
})

it('the commands of the README get an access token, also a second time', async () => {
  const { service, tenant, database } = test
  const blocks = [...readme.matchAll(/^```sh\n(.*?)^```/gms)].map(([, commands = '']) => commands)
  const script = blocks.find((commands) => commands.includes('code_challenge=')) ?? ''
  const connectedAppId = await addConnectedApp(database.pool, {
    projectId: tenant.projectId,
    name: 'Notebook',
    redirectUri: 'http://127.0.0.1:1/',
  })
  await using cookies = await mkdtempDisposable(join(tmpdir(), 'readme-test-'))
  for (let time = 0; time < 2; time += 1) {
    const { stdout } = await promisify(execFile)('sh', ['-c', script], {
      cwd: cookies.path,
      env: {
        PATH: process.env['PATH'],
        PUBLIC_URL: service.url,
        CONNECTED_APP_ID: connectedAppId,
        SESSION_TOKEN: tenant.session.token,
      },
    })
    const { access_token: token } = JSON.parse(stdout) as { access_token: string }
    expect(await isActive(await discover(service.url, connectedAppId), token)).toBe(true)
  }
})

it('the manifests for Kubernetes agree with the settings and their defaults', () => {
  const [deployment, job] = [...readme.matchAll(/^```yaml\n(.*?)^```/gms)].map(
    ([, text = '']) => parse(text) as Deployment, // what is read of the Job is the same
  )
  const { terminationGracePeriodSeconds, containers = [] } = deployment?.spec.template.spec ?? {}
  const [container] = containers
  if (container === undefined) throw new Error('the manifest has no container')
  const secret = 'postgres://db.example/connected_apps'
  const configuration = readConfiguration(
    Object.fromEntries(container.env.map(({ name, value = secret }) => [name, value])),
  )
  const { host, port, healthPort, databaseUrl, shutdownDelayMs, drainMs } = configuration
  expect({ host, databaseUrl }).toEqual({ host: '0.0.0.0', databaseUrl: secret })
  expect(container.ports).toEqual([
    { name: 'http', containerPort: port },
    { name: 'health', containerPort: healthPort },
  ])
  expect((terminationGracePeriodSeconds ?? 0) * 1000).toBe(shutdownDelayMs + drainMs + 5000)

  const { startupProbe, livenessProbe, readinessProbe } = container
  const gets = [startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => httpGet)
  expect(gets).toEqual([
    { path: '/health/live', port: 'health' },
    { path: '/health/live', port: 'health' },
    { path: '/health/ready?exclude=standby', port: 'health' },
  ])
  const { periodSeconds, failureThreshold } = readinessProbe
  expect(periodSeconds * failureThreshold * 1000).toBeLessThan(shutdownDelayMs)

  const [migrate] = job?.spec.template.spec.containers ?? []
  expect(migrate?.command?.join(' ')).toBe(manifest.scripts.migrate)
  expect(migrate?.env.map(({ name }) => name)).toEqual(['DATABASE_URL', 'MIGRATION_DATABASE_URL'])
})
