import { describe, expect, it } from 'vitest'
import { ConfigurationError, readConfiguration } from '../src/configuration.ts'

function mistakesIn(environment: NodeJS.ProcessEnv): string[] {
  try {
    readConfiguration(environment)
    return []
  } catch (error) {
    if (error instanceof ConfigurationError) return error.mistakes
    throw error
  }
}

describe('the configuration', () => {
  it('needs nothing to be set', () => {
    expect(readConfiguration({})).toMatchObject({ port: 4020, databaseUrl: undefined })
    expect(readConfiguration({ PORT: '', DATABASE_URL: '' })).toEqual(readConfiguration({}))
  })

  it('takes what is set', () => {
    const databaseUrl = 'postgres://db.example/connected_apps'
    const configuration = readConfiguration({
      PORT: '0',
      DATABASE_URL: databaseUrl,
      PUBLIC_URL: 'https://apps.example',
      DRAIN_SECONDS: '3',
    })
    expect(configuration).toMatchObject({
      port: 0,
      databaseUrl,
      publicUrl: 'https://apps.example',
      drainMs: 3000,
    })
  })

  it('names every mistake at once', () => {
    const mistakes = mistakesIn({
      PORT: '70000',
      PUBLIC_URL: 'https://apps.example/path',
      DATABASE_URL: 'mysql://db.example',
      DATABASE_POOL_SIZE: '1.5',
      RATE_LIMIT_REQUESTS: '-1',
      RATE_LIMIT_WINDOW_SECONDS: 'a minute',
      LOG_LEVEL: 'loud',
    })
    expect(mistakes).toHaveLength(7)
    expect(mistakes[0]).toBe('PORT must be a whole number from 0 to 65535, not "70000"')
  })

  it('does not repeat a password', () => {
    expect(mistakesIn({ DATABASE_URL: 'mysql://ada:hunter2@db.example' }).join()).not.toContain(
      'hunter2',
    )
  })
})
