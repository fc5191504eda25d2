import { DatabaseError } from 'pg'
import { ConfigurationError } from './configuration.ts'

/** The exit code of a usage error, an invalid configuration, or a failed start. */
export const EXIT_USAGE = 2

/** Explains an error to the person at the command line, in one line for each thing to fix. */
export function explainError(error: unknown): string[] {
  if (error instanceof ConfigurationError) return error.issues
  if (!(error instanceof Error)) return [String(error)]
  const reason = error.message.split('\n', 1)[0] ?? error.name
  if (error instanceof URIError) {
    return ['DATABASE_URL has a percent sign that encodes nothing; write it as %25']
  }
  if (error instanceof DatabaseError) return [explainDatabaseError(error, reason)]
  if (connectionFailure.test(reason))
    return [`no connection to PostgreSQL at DATABASE_URL: ${reason}`]
  if (!('code' in error)) return [reason]
  const code = String(error.code)
  if ('syscall' in error && error.syscall === 'listen') return [explainListenError(code, reason)]
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

/** Messages of `pg` and Node.js about failed connections, most of which have no error code. */
const connectionFailure =
  /^Connection terminated|^timeout expired|SSL connection|certificate|^(?:connect E(?!CONNREFUSED)|read |write )/

/** Explains an error that PostgreSQL itself reported. */
function explainDatabaseError({ code = '', detail }: DatabaseError, reason: string): string {
  // Class 23 is a constraint violation: the row exists already, or a row that it refers to doesn't.
  if (code.startsWith('23')) return detail ?? reason
  const remedy = code === '42501' ? '; grant it to the role, or let the role own the database' : ''
  return `PostgreSQL refuses DATABASE_URL: ${reason}${remedy}`
}

function explainListenError(code: string, reason: string): string {
  // The message of Node.js ends with the address and port.
  const where = reason.split(' ').at(-1) ?? ''
  switch (code) {
    case 'EADDRINUSE':
      return `${where} is in use; set PORT to another one, or to 0 for any that is free`
    case 'EACCES':
      return `${where} requires root privileges; set PORT to another port`
    case 'EADDRNOTAVAIL':
      return 'HOST is not an address of this machine'
    default:
      return reason
  }
}
