import type { TestProject } from 'vitest/node'
import { startEmbeddedPostgres } from '../../src/postgres/embedded/start.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** One PostgreSQL server for the whole run; each file creates its own database in it. */
    postgresUrl: string
  }
}

export default async function setup({ provide }: TestProject) {
  const postgres = await startEmbeddedPostgres()
  provide('postgresUrl', postgres.url)
  return () => postgres.stop()
}
