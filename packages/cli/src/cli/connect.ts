import { readFile, stat } from 'node:fs/promises'
import { parseEnv } from 'node:util'
import { B2BClient, ConnectedAppsError } from '@connected-apps/client'
import type { Authorization, ResponseEvent } from '@connected-apps/client'
import { serverFor } from '@connected-apps/contract'
import { parseBaseUrl } from '@connected-apps/node-http'
import { CommandError, UsageError } from '@connected-apps/node-http/command'
import { describeCause } from '../files/system-error.ts'

/** The options of every command that calls the API. */
export interface ConnectionOptions {
  credentialsFile?: string
  baseUrl?: string
}

/** A client, and what a plan or a ledger contains of it. */
export interface Connection {
  client: B2BClient
  project_id: string
  /** Without a slash at its end. */
  baseUrl: string
  /** Whether the project's prefix selects another server than that of test projects. */
  isLive: boolean
  /** The options of each call: the session, if there is one. */
  callOptions: { authorization?: Authorization }
  /** Calls a function after each attempt of a call, until the function that it returns is called. */
  observe: (observer: Observer) => () => void
}

/** What observes the calls of a connection; the error is that of an attempt which failed. */
type Observer = (error: ConnectedAppsError | undefined) => void

const servers = new WeakMap<ConnectedAppsError, string>()

/** The base URL of the server that a call was for, by its error. */
export function serverOf(error: ConnectedAppsError): string | undefined {
  return servers.get(error)
}

type Variables = Readonly<Record<string, string | undefined>>

/**
 * Creates a client with the credentials of the environment, or of a file in their place. They have no
 * option, because other users of the machine can read a command line.
 *
 * @throws {CommandError} if a credential is missing or malformed, or if others may read the file
 */
export async function connect(options: ConnectionOptions): Promise<Connection> {
  const { credentialsFile } = options
  const text = credentialsFile === undefined ? undefined : await readCredentials(credentialsFile)
  // A file has lines NAME=value, as Node.js reads them for --env-file.
  const variables: Variables = text === undefined ? process.env : parseEnv(text)
  const read = (name: string): string | undefined => {
    const value = variables[name] || undefined // empty counts as unset
    if (value !== undefined) rejectInvisible(name, value, text)
    return value
  }
  const required = (name: string): string => {
    const value = read(name)
    if (value !== undefined) return value
    throw new CommandError(
      credentialsFile === undefined
        ? `${name} is missing; set it in the environment, or pass --credentials-file FILE`
        : `${name} is missing from the credentials file; add a line ${name}=…`,
    )
  }
  const project_id = required('STYTCH_PROJECT_ID')
  const secret = required('STYTCH_SECRET')
  const base = options.baseUrl ?? read('CONNECTED_APPS_BASE_URL') ?? serverFor(project_id)
  const { url: baseUrl, error } = parseBaseUrl(base)
  if (baseUrl === undefined) {
    throw new UsageError(`--base-url (or CONNECTED_APPS_BASE_URL) ${error}`)
  }
  const session_token = read('CONNECTED_APPS_SESSION_TOKEN')
  const session_jwt = read('CONNECTED_APPS_SESSION_JWT')
  if (session_token !== undefined && session_jwt !== undefined) {
    throw new CommandError(
      'both CONNECTED_APPS_SESSION_TOKEN and CONNECTED_APPS_SESSION_JWT are set; unset one',
    )
  }
  const callOptions = {
    ...(session_token !== undefined && { authorization: { session_token } }),
    ...(session_jwt !== undefined && { authorization: { session_jwt } }),
  }
  try {
    const observers = new Set<Observer>()
    const onResponse = ({ error: failure }: ResponseEvent): void => {
      if (failure) servers.set(failure, baseUrl)
      for (const observer of observers) observer(failure)
    }
    const client = new B2BClient({ project_id, secret, baseUrl, hooks: { onResponse } })
    await rejectMalformedOptions(client, callOptions)
    const isLive = serverFor(project_id) !== serverFor('')
    const observe: Connection['observe'] = (observer) => {
      observers.add(observer)
      return () => void observers.delete(observer)
    }
    return { client, project_id, baseUrl, isLive, callOptions, observe }
  } catch (thrown) {
    if (!(thrown instanceof ConnectedAppsError)) throw thrown
    throw new CommandError(thrown.message, { cause: thrown })
  }
}

/**
 * Finds out what the client rejects of the options of every call, before a ledger is planned. The
 * client looks at them before it looks at the signal, which keeps it from sending anything.
 */
async function rejectMalformedOptions(
  client: B2BClient,
  callOptions: Connection['callOptions'],
): Promise<void> {
  const ids = { organization_id: 'any', connected_app_id: 'any' }
  const options = { ...callOptions, signal: AbortSignal.abort() }
  const result = await client.organizations.tryGetConnectedApp(ids, options)
  if (!result.ok && result.error.kind === 'argument') throw result.error
}

/**
 * Rejects a value that no header can carry, by the name that a person knows it by.
 *
 * @param file the text of the credentials file, if the value is from there
 */
function rejectInvisible(name: string, value: string, file: string | undefined): void {
  if (/^[!-~]+$/.test(value)) return
  const isPadded = /^[!-~]+$/.test(value.trim())
  const problem = isPadded
    ? 'starts or ends with white space, such as a line end'
    : 'has a character that is not visible ASCII'
  if (file === undefined) {
    const advice = isPadded
      ? `remove it: export ${name}="$(printf %s "$${name}" | tr -d '[:space:]')"`
      : 'copy it again'
    throw new CommandError(`${name} ${problem}; ${advice}`)
  }
  const assignment = new RegExp(`^\\s*(export\\s+)?${name}\\s*=`)
  const line = file.split('\n').findLastIndex((each) => assignment.test(each)) + 1
  const advice = isPadded ? 'remove it there' : 'copy it again'
  throw new CommandError(`${name} in line ${line} of the credentials file ${problem}; ${advice}`)
}

async function readCredentials(file: string): Promise<string> {
  try {
    const { mode } = await stat(file)
    // Windows has no such bits, and reports all of them.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new CommandError(
        'other users can read the credentials file; run chmod 600 on it, and rotate the secret if somebody may have read it',
      )
    }
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof CommandError) throw error
    throw new CommandError(`the credentials file cannot be read: ${describeCause(error)}`, {
      cause: error,
    })
  }
}
