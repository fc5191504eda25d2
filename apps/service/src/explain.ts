import { DatabaseError } from 'pg'
import { ConfigurationError } from './configuration.ts'

/** How a process that could not do as it was told ends. */
export const misuse = 2

/** One line for each thing to mend. */
export function explain(error: unknown): string[] {
  if (error instanceof ConfigurationError) return error.mistakes
  if (!(error instanceof Error)) return [String(error)]
  const reason = error.message.split('\n', 1)[0] ?? error.name
  if (error instanceof URIError) {
    return ['DATABASE_URL has a percent sign that encodes nothing; write it as %25']
  }
  // PostgreSQL's answer to how it was asked: wrong password, no such role or database, no TLS.
  if (error instanceof DatabaseError && /^(?:28|3D)/.test(error.code ?? '')) {
    return [`PostgreSQL refuses DATABASE_URL: ${reason}`]
  }
  // A constraint that does not hold: such a thing is there already, or what it belongs to is not.
  if (error instanceof DatabaseError && error.code?.startsWith('23')) {
    return [error.detail ?? reason]
  }
  if (!('code' in error)) return [reason]
  const isHost = 'hostname' in error && error.hostname === process.env['HOST']
  switch (String(error.code)) {
    case 'EADDRINUSE':
      return ['the port is in use; set PORT to another one, or to 0 for any that is free']
    case 'EACCES':
      return ['the port is for the administrator; set PORT to another one']
    case 'EADDRNOTAVAIL':
      return ['HOST is no address of this machine']
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return [`${isHost ? 'HOST' : 'the host in DATABASE_URL'} is not known`]
    case 'ECONNREFUSED':
      return ['no PostgreSQL answers at DATABASE_URL']
    default:
      return [reason]
  }
}
