import { DatabaseError } from 'pg'
import { ConfigurationError } from './configuration.ts'

/**
 * Explains an error to the person at the command line, in one line for each thing to fix.
 *
 * @param variable where the database's URL comes from
 */
export function explainError(error: unknown, variable = 'DATABASE_URL'): string[] {
  return explain(error).map((line) => line.replaceAll(/\bDATABASE_URL/g, variable))
}

function explain(error: unknown): string[] {
  if (error instanceof ConfigurationError) return error.issues
  if (!(error instanceof Error)) return [String(error)]
  const reason = error.message.split('\n', 1)[0] ?? error.name
  if (error instanceof URIError) {
    return ['DATABASE_URL has a percent sign that encodes nothing; write it as %25']
  }
  if (error instanceof DatabaseError) return [explainDatabaseError(error, reason)]
  if (connectionFailure.test(reason))
    return [`no connection to PostgreSQL at DATABASE_URL: ${reason}`]
  if (timeout.test(reason)) return [`PostgreSQL at DATABASE_URL does not respond: ${reason}`]
  if (!('code' in error)) return [reason]
  switch (error.code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return ['the host in DATABASE_URL is not known']
    case 'ECONNREFUSED':
      return ['no PostgreSQL server is listening at DATABASE_URL']
    case 'ENOENT':
    case 'EACCES':
      return [`DATABASE_URL has a file that can't be read: ${reason}`]
    default:
      return [reason]
  }
}

/** Messages of `pg` and Node.js about failed connections, most of which have no error code. */
const connectionFailure =
  /^Connection terminated|^timeout expired|SSL connection|certificate|^(?:connect E(?!CONNREFUSED)|read |write )/

/** Messages of `pg` about a statement that took too long, or waited too long for a connection. */
const timeout = /^Query read timeout|^timeout exceeded/

const remedies = new Map([
  ['25006', '; set DATABASE_URL to the URL of the primary'],
  ['42501', '; grant the privilege to the role, or make it the owner of the database'],
  ['42P01', '; run `migrate`'],
])

/** Explains an error that PostgreSQL reported. */
function explainDatabaseError({ code = '', detail }: DatabaseError, reason: string): string {
  // Class 23 is a constraint violation: the row exists already, or a row that it refers to doesn't.
  if (code.startsWith('23')) return detail ?? reason
  const remedy = remedies.get(code) ?? ''
  return `PostgreSQL at DATABASE_URL reports: ${reason}${remedy}`
}
