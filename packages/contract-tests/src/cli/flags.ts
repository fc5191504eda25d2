/** A flag of the command. */
export interface FlagDescription {
  /** The name of its value in the help text; `undefined` if it takes no value. */
  value: string | undefined
  /** The environment variable that is read if the flag is absent. */
  variable?: string
  help: string
}

const table = {
  url: { value: 'URL', help: 'base URL of the target' },
  'project-id': {
    value: 'ID',
    variable: 'CONNECTED_APPS_PROJECT_ID',
    help: 'project id of the credentials',
  },
  secret: {
    value: 'SECRET',
    variable: 'CONNECTED_APPS_SECRET',
    help: "the project's secret; prefer the variable, since other users can see flags",
  },
  'organization-id': { value: 'ID', help: "default: the contract's example" },
  'member-id': { value: 'ID', help: "default: the contract's example" },
  'connected-app-id': { value: 'ID', help: "default: the contract's example" },
  'session-token': {
    value: 'TOKEN',
    variable: 'CONNECTED_APPS_SESSION_TOKEN',
    help: 'a session that is allowed to revoke',
  },
  'session-jwt': {
    value: 'JWT',
    variable: 'CONNECTED_APPS_SESSION_JWT',
    help: 'a session that is allowed to revoke, as a JWT',
  },
  'session-token-without-permission': {
    value: 'TOKEN',
    variable: 'CONNECTED_APPS_SESSION_TOKEN_WITHOUT_PERMISSION',
    help: 'a session that is not allowed to revoke, for 403',
  },
  'session-token-of-other-organization': {
    value: 'TOKEN',
    variable: 'CONNECTED_APPS_SESSION_TOKEN_OF_OTHER_ORGANIZATION',
    help: 'a session of another Organization, for 403',
  },
  profile: {
    value: 'PROFILE',
    help: 'mock: uses Prefer headers; remote: does not; auto (default): detected by one probe',
  },
  require: {
    value: 'STATUSES',
    help: 'fail if these are skipped: a list such as 200,401, or all',
  },
  'timeout-ms': { value: 'MS', help: 'timeout of each request; default 10000' },
  reporter: { value: 'REPORTER', help: 'text (default), junit or github' },
  output: {
    value: 'FILE',
    help: 'write the report to this file, and the text report to standard output',
  },
  help: { value: undefined, help: 'print this help' },
  version: { value: undefined, help: 'print the version' },
} satisfies Record<string, FlagDescription>

/** The name of a flag, without its dashes. */
export type Flag = keyof typeof table

/** All flags of the command, in the order of the help text. */
export const flags: Record<Flag, FlagDescription> = table

/** Whether the command has a flag with this name. */
export function isFlag(name: string): name is Flag {
  return Object.hasOwn(table, name)
}

/** The help text. */
export function helpText(): string {
  const rows = Object.entries(flags).map(([name, { value, variable, help }]) => {
    const flag = value === undefined ? `--${name}` : `--${name} ${value}`
    return `  ${flag}\n      ${help}${variable === undefined ? '' : ` [${variable}]`}`
  })
  return `Usage: contract-tests --url URL --project-id ID --secret SECRET [flags]

Tests whether a provider of the Revoke Connected App contract conforms to it.
It really revokes the access that the ids identify: use ids made for tests.

${rows.join('\n')}

Exit codes: 0 passed, 1 failed, 2 usage error or no response from the URL.
`
}
