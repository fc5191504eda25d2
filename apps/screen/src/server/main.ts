import { createServer } from 'node:http'
import { ConnectedAppsError } from '@connected-apps/client'
import { operations } from '@connected-apps/contract/operations'
import { listen } from '@connected-apps/node-http'
import {
  createCommand,
  onStopSignal,
  Option,
  parsePort,
  runCommand,
} from '@connected-apps/node-http/command'
import { getRequestListener } from '@hono/node-server'
import type { AppOptions } from './app.ts'
import { createApp } from './app.ts'

const { parameters, sessionHeaders } = operations.revokeConnectedApp
const mock = 'http://127.0.0.1:4010'

/** The variables that it reads, with defaults that suit both the mock and the service's demo. */
const variables = {
  baseUrl: ['CONNECTED_APPS_BASE_URL', 'the API', mock],
  project_id: [
    'STYTCH_PROJECT_ID',
    'the project',
    'project-test-11111111-1111-4111-8111-111111111111',
  ],
  secret: ['STYTCH_SECRET', 'its secret', 'secret-test-demo'],
  organization_id: ['ORGANIZATION_ID', 'the Organization', parameters.organization_id.example],
  member_id: ['MEMBER_ID', 'the Member who is signed in', parameters.member_id.example],
  session_token: [
    'SESSION_TOKEN',
    'a session of that Member',
    parameters[sessionHeaders.token].example,
  ],
} as const satisfies Record<keyof Omit<AppOptions, 'timeoutMs'>, readonly string[]>

const command = createCommand({
  name: 'connected-apps-screen',
  version: '0.0.0',
  description: 'The Connected apps screen, on the mock unless environment variables change that.',
})
  .addOption(
    new Option('--port <PORT>', 'port of 127.0.0.1 to listen on, 0 for a free one')
      .env('SCREEN_PORT')
      .argParser(parsePort)
      .default(4030),
  )
  .addHelpText(
    'after',
    `\nVariables:\n${Object.values(variables)
      .map(([name, what, value]) => `  ${name.padEnd(25)}${what} (default: ${value})`)
      .join('\n')}`,
  )
  .action(run)
await runCommand(command, {
  engine: '>=24.18',
  explain: (error) => (error instanceof ConnectedAppsError ? [explain(error)] : undefined),
})

/** The client's message, with the variable in place of the client's own argument. */
function explain(error: ConnectedAppsError): string {
  if (error.kind !== 'argument' || !Object.hasOwn(variables, error.argument)) return error.message
  const [name] = variables[error.argument as keyof typeof variables] // checked above
  return error.message.replace(error.argument, name).replace(/ \(.*\)(?=;|$)/, '')
}

async function run({ port }: { port: number }): Promise<void> {
  const read = (key: keyof typeof variables): string => {
    const [name, , fallback] = variables[key]
    return process.env[name] || fallback
  }
  const options: AppOptions = {
    baseUrl: read('baseUrl'),
    project_id: read('project_id'),
    secret: read('secret'),
    organization_id: read('organization_id'),
    member_id: read('member_id'),
    session_token: read('session_token'),
  }
  const server = createServer(getRequestListener(createApp(options).fetch))
  // The demo signs anyone in, so only this machine may reach it.
  const names = { host: 'host', port: '--port or SCREEN_PORT' }
  const url = await listen(server, { host: '127.0.0.1', port, names })
  onStopSignal(async () => {
    server.close()
    server.closeAllConnections()
    return 0
  })
  console.log(`Connected apps screen: ${url} (on ${new URL(options.baseUrl).origin})`)
}
