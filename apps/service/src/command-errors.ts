import { DatabaseError } from 'pg'
import { ConfigurationError } from './configuration.ts'

/** How a process that could not do as it was told ends. */
export const EXIT_USAGE = 2

/** One line for each thing to mend. */
export function explainError(error: unknown): string[] {
  if (error instanceof ConfigurationError) return error.issues
  if (!(error instanceof Error)) return [String(error)]
  const reason = error.message.split('\n', 1)[0] ?? error.name
  if (error instanceof URIError) {
    return ['DATABASE_URL has a percent sign that encodes nothing; write it as %25']
  }
  if (error instanceof DatabaseError) return [explainRefusal(error, reason)]
  if (noConnection.test(reason)) return [`no connection to PostgreSQL at DATABASE_URL: ${reason}`]
  if (!('code' in error)) return [reason]
  const code = String(error.code)
  if ('syscall' in error && error.syscall === 'listen') return [explainListen(code, reason)]
  const isHost = 'hostname' in error && error.hostname === process.env['HOST']
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return [`${isHost ? 'HOST' : 'the host in DATABASE_URL'} is not known`]
    case 'ECONNREFUSED':
      return ['no PostgreSQL answers at DATABASE_URL']
    default:
      return [reason]
  }
}

/** What `pg` and Node.js say of a connection, and mostly without a code. */
const noConnection =
  /^Connection terminated|^timeout expired|SSL connection|certificate|^(?:connect E(?!CONNREFUSED)|read |write )/

/** PostgreSQL's own answer. */
function explainRefusal({ code = '', detail }: DatabaseError, reason: string): string {
  // A constraint that does not hold: such a thing is there already, or what it belongs to is not.
  if (code.startsWith('23')) return detail ?? reason
  const remedy = code === '42501' ? '; grant it to the role, or let the role own the database' : ''
  return `PostgreSQL refuses DATABASE_URL: ${reason}${remedy}`
}

function explainListen(code: string, reason: string): string {
  // Node.js says at its end which address and port it was.
  const where = reason.split(' ').at(-1) ?? ''
  switch (code) {
    case 'EADDRINUSE':
      return `${where} is in use; set PORT to another one, or to 0 for any that is free`
    case 'EACCES':
      return `${where} is for the administrator; set PORT to another one`
    case 'EADDRNOTAVAIL':
      return 'HOST is no address of this machine'
    default:
      return reason
  }
}
