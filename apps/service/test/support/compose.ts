import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'

/** As much of a service in `compose.yaml` as the tests look at. */
export interface ComposeService {
  image: string
  build?: { context: string; target: string }
  command?: string[]
  environment: Record<string, string>
  depends_on: Record<string, { condition: string }>
  stop_grace_period?: string
}

/**
 * Reads `compose.yaml`.
 *
 * @param variables what `.env` would hold
 */
export async function readCompose(
  variables: Record<string, string>,
): Promise<Record<'postgres' | 'migrate' | 'service' | 'mock', ComposeService>> {
  const text = await readFile(new URL('../../../../compose.yaml', import.meta.url), 'utf8')
  const interpolated = text.replaceAll(
    /\$\{(\w+)(?::([?-])([^}]*))?\}/g,
    (_, name: string, operator?: string, operand = '') => {
      const value = variables[name] ?? (operator === '-' ? operand : undefined)
      if (value === undefined) throw new Error(`${name} ${operand}`)
      return value
    },
  )
  return parse(interpolated).services
}

/** The statements of `create-roles.sql`, as psql sends them. */
export async function readRoleStatements(
  database: string,
  variables: Record<string, string>,
): Promise<string> {
  const url = new URL('../../docker/create-roles.sql', import.meta.url)
  const values = new Map([['DBNAME', database]])
  const text = await readFile(url, 'utf8')
  return text
    .replaceAll(/^\\getenv (\w+) (\w+)\n/gm, (_, name: string, variable: string) => {
      values.set(name, variables[variable] ?? '')
      return ''
    })
    .replaceAll(
      /:(['"])(\w+)\1/g,
      (_, quote: string, name: string) => quote + values.get(name) + quote,
    )
}
