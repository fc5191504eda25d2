import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { readConfiguration } from '../src/configuration.ts'

// Inside the package, so that the examples can import the package by its name.
const directory = fileURLToPath(new URL('../node_modules/.cache/readme/', import.meta.url))

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')

test('the examples of the README compile', async () => {
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
          ports: { name: string; containerPort: number }[]
          startupProbe: Probe
          livenessProbe: Probe
          readinessProbe: Probe
        }[]
      }
    }
  }
}

test('the manifest for Kubernetes agrees with the settings and their defaults', () => {
  const manifest = parse(/^```yaml\n(.*?)^```/ms.exec(readme)?.[1] ?? '') as Deployment // as above
  const { terminationGracePeriodSeconds, containers } = manifest.spec.template.spec
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
  expect(terminationGracePeriodSeconds * 1000).toBe(shutdownDelayMs + drainMs + 5000)

  const { startupProbe, livenessProbe, readinessProbe } = container
  const gets = [startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => httpGet)
  expect(gets).toEqual([
    { path: '/health/live', port: 'health' },
    { path: '/health/live', port: 'health' },
    { path: '/health/ready?exclude=writes', port: 'health' },
  ])
  const { periodSeconds, failureThreshold } = readinessProbe
  expect(periodSeconds * failureThreshold * 1000).toBeLessThan(shutdownDelayMs)
})
