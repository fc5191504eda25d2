import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { ConfigurationError, readConfiguration } from '../src/configuration.ts'

function issuesIn(environment: NodeJS.ProcessEnv): string[] {
  try {
    readConfiguration(environment)
    return []
  } catch (error) {
    if (error instanceof ConfigurationError) return error.issues
    throw error
  }
}

describe('the configuration', () => {
  it('has a default for every setting', () => {
    expect(readConfiguration({})).toMatchObject({ port: 4020, databaseUrl: undefined })
  })

  it('uses the settings of the environment', () => {
    const databaseUrl = 'postgres://db.example/connected_apps'
    const configuration = readConfiguration({
      HOST: '::1',
      PORT: '0',
      DATABASE_URL: databaseUrl,
      DATABASE_POOL_SIZE: '7',
      DATABASE_PREPARE: 'off',
      DATABASE_KIND: 'citus',
      PUBLIC_URL: 'https://apps.example',
      RATE_LIMIT_REQUESTS: '8',
      RATE_LIMIT_WINDOW_SECONDS: '9',
      CLEANUP_INTERVAL_SECONDS: '30',
      MIGRATION_DATABASE_URL: `${databaseUrl}?owner`,
      HEALTH_PORT: '4021',
      REFRESH_REUSE_SECONDS: '11',
      SHUTDOWN_DELAY_SECONDS: '2',
      DRAIN_SECONDS: '3',
      LOG_LEVEL: 'error',
    })
    expect(configuration).toEqual({
      host: '::1',
      port: 0,
      databaseUrl,
      readDatabaseUrl: undefined,
      poolSize: 7,
      prepare: false,
      isDistributed: true,
      publicUrl: 'https://apps.example',
      rateLimit: { requests: 8, windowSeconds: 9 },
      cleanupIntervalMs: 30_000,
      migrationDatabaseUrl: `${databaseUrl}?owner`,
      healthPort: 4021,
      refreshReuseSeconds: 11,
      shutdownDelayMs: 2000,
      drainMs: 3000,
      logLevel: 'error',
    })
  })

  it.each([
    ['?sslmode=require', '?sslmode=verify-full'],
    ['?a=b&sslmode=prefer&c=d', '?a=b&sslmode=verify-full&c=d'],
    ['?sslmode=verify-ca', '?sslmode=verify-full'],
    ['?sslmode=no-verify', '?sslmode=no-verify'],
    ['?sslmode=disable', '?sslmode=disable'],
    ['?uselibpqcompat=true&sslmode=require', '?uselibpqcompat=true&sslmode=require'],
  ])('turns %s into %s', (given, taken) => {
    const server = 'postgres://ada:%20@db.example/x'
    expect(readConfiguration({ DATABASE_URL: server + given }).databaseUrl).toBe(server + taken)
  })

  it.each([
    'postgres://ada:pass@h1,h2/x',
    'postgres://h1:5432,h2:5433/x?sslmode=disable',
    'postgresql://ada:a,b@h1,[::1]:5433',
  ])('takes several hosts: %s', (url) => {
    expect(readConfiguration({ DATABASE_URL: url }).databaseUrl).toBe(url)
  })

  it.each(['postgres://h1:x,h2/x', 'postgres://h1,h2:70000/x'])('does not take %s', (url) => {
    expect(issuesIn({ DATABASE_URL: url })).toHaveLength(1)
  })

  it('reports every invalid setting at once', () => {
    const issues = issuesIn({
      PORT: '70000',
      PUBLIC_URL: 'https://apps.example/path',
      DATABASE_URL: 'mysql://db.example',
      DATABASE_POOL_SIZE: '1.5',
      DATABASE_PREPARE: 'no',
      DATABASE_KIND: 'cockroach',
      RATE_LIMIT_REQUESTS: '-1',
      RATE_LIMIT_WINDOW_SECONDS: 'a minute',
      LOG_LEVEL: 'loud',
    })
    expect(issues).toHaveLength(9)
    expect(issues[0]).toBe('PORT must be a whole number from 0 to 65535, not "70000"')
  })

  it('allows no port for health that is the other one, unless any free one is meant', () => {
    expect(issuesIn({ PORT: '4030', HEALTH_PORT: '4030' })).toEqual([
      'HEALTH_PORT must differ from PORT; set another one, or unset HEALTH_PORT to serve both at PORT',
    ])
    expect(issuesIn({ PORT: '0', HEALTH_PORT: '0' })).toEqual([])
  })

  it.each(['p@ss#w/ord', 'p@ss/w#ord', 'p@ss/word', 'pass#word', 'p@ss?word', 'p@ss?w/ord'])(
    'explains what to do about the password %s',
    (password) => {
      for (const host of ['db.example', 'h1,h2:5433']) {
        expect(issuesIn({ DATABASE_URL: `postgres://ada:${password}@${host}/x` })).toEqual([
          'DATABASE_URL is not a valid URL; in the user and the password, write / as %2F, ? as %3F and # as %23',
        ])
      }
    },
  )

  it.each(['ada:p@ss@db.example/x', 'db.example/x?options=-c%20a=b@c', 'db.example/a@b'])(
    'takes postgres://%s as it is',
    (rest) => {
      const url = `postgres://${rest}`
      expect(readConfiguration({ DATABASE_URL: url }).databaseUrl).toBe(url)
    },
  )

  it('explains a public URL that is none', () => {
    const environment = { DATABASE_URL: 'postgres://db.example', PUBLIC_URL: 'apps.example' }
    expect(issuesIn(environment)).toEqual([
      'PUBLIC_URL is not a URL; pass one like https://apps.example',
    ])
  })

  it('allows no public URL for the demo', () => {
    expect(issuesIn({ PUBLIC_URL: 'https://apps.example' })).toEqual([
      'PUBLIC_URL is not for the demo, which runs at its own address; set DATABASE_URL too, or unset PUBLIC_URL',
    ])
  })

  it.each(['MIGRATION_DATABASE_URL', 'READ_DATABASE_URL'])('allows no %s for the demo', (name) => {
    expect(issuesIn({ [name]: 'postgres://db.example' })).toEqual([
      `${name} is not for the demo, which has its own database; set DATABASE_URL too, or unset ${name}`,
    ])
  })

  it('takes a replica with one host, of a database that is not distributed', () => {
    const [DATABASE_URL, READ_DATABASE_URL] = [
      'postgres://db.example',
      'postgres://replica.example',
    ]
    const { readDatabaseUrl } = readConfiguration({ DATABASE_URL, READ_DATABASE_URL })
    expect(readDatabaseUrl).toBe(READ_DATABASE_URL)
    const severalHosts = { DATABASE_URL, READ_DATABASE_URL: 'postgres://r1,r2/x' }
    expect(issuesIn(severalHosts)).toEqual([
      'READ_DATABASE_URL must have one host; pass the replica that introspection may read',
    ])
    expect(issuesIn({ DATABASE_URL, READ_DATABASE_URL, DATABASE_KIND: 'citus' })).toEqual([
      'READ_DATABASE_URL does not work with Citus, whose nodes each have their own replicas; unset it, or DATABASE_KIND',
    ])
  })

  it('allows no empty variable, which may be a secret that is missing', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
    const [, table = ''] = /^(\| variable .*?)^$/ms.exec(readme) ?? []
    const names = [...table.matchAll(/^\| (`[A-Z_]+`(?:, `[A-Z_]+`)*)/gm)].flatMap(
      ([, cell = '']) => cell.replaceAll('`', '').split(', '),
    )
    expect(names).toContain('READ_DATABASE_URL')
    for (const name of names) {
      expect(issuesIn({ DATABASE_URL: 'postgres://db.example', [name]: '' })).toEqual([
        `${name} is empty; set it, or unset it`,
      ])
    }
  })

  it.each(['0.0.0.0', '::', '192.0.2.1', 'db.example', '128.0.0.1', '127.0.0.1.example', '::2'])(
    'allows no demo on %s, which other machines can reach, and a service only with its URL',
    (HOST) => {
      expect(issuesIn({ HOST })).toEqual([
        `HOST "${HOST}" is not for the demo, which only this machine may reach; set DATABASE_URL too, or unset HOST`,
      ])
      const DATABASE_URL = 'postgres://db.example'
      expect(issuesIn({ HOST, DATABASE_URL })).toEqual([
        `PUBLIC_URL is missing; with HOST "${HOST}", set it to the URL under which browsers and apps reach the service`,
      ])
      const PUBLIC_URL = 'https://apps.example'
      expect(issuesIn({ HOST, DATABASE_URL, PUBLIC_URL })).toEqual([])
    },
  )

  it.each(['127.0.0.1', '127.255.255.255', '::1', '0:0:0:0:0:0:0:1', 'localhost'])(
    'allows a demo on %s',
    (HOST) => {
      expect(issuesIn({ HOST })).toEqual([])
    },
  )

  it('does not repeat a password', () => {
    expect(issuesIn({ DATABASE_URL: 'mysql://ada:hunter2@db.example' }).join()).not.toContain(
      'hunter2',
    )
  })
})
