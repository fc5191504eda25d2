/** A flag: what its value is called (`undefined`: it takes none), and a variable that may stand in for it. */
export interface FlagDescription {
  value: string | undefined
  variable?: string
  help: string
}

const table = {
  url: { value: 'URL', help: 'base URL of the target' },
  'project-id': { value: 'ID', variable: 'CONNECTED_APPS_PROJECT_ID', help: 'its project' },
  secret: {
    value: 'SECRET',
    variable: 'CONNECTED_APPS_SECRET',
    help: "the project's secret; others on the machine can read flags, so prefer the variable",
  },
  'organization-id': { value: 'ID', help: "default: the contract's example" },
  'member-id': { value: 'ID', help: "default: the contract's example" },
  'connected-app-id': { value: 'ID', help: "default: the contract's example" },
  'session-token': {
    value: 'TOKEN',
    variable: 'CONNECTED_APPS_SESSION_TOKEN',
    help: 'a session that may revoke',
  },
  'session-jwt': {
    value: 'JWT',
    variable: 'CONNECTED_APPS_SESSION_JWT',
    help: 'a session that may revoke, as a JWT',
  },
  'session-token-without-permission': {
    value: 'TOKEN',
    variable: 'CONNECTED_APPS_SESSION_TOKEN_WITHOUT_PERMISSION',
    help: 'a session whose roles may not revoke, for 403',
  },
  'session-token-of-other-organization': {
    value: 'TOKEN',
    variable: 'CONNECTED_APPS_SESSION_TOKEN_OF_OTHER_ORGANIZATION',
    help: 'a session of another Organization, for 403',
  },
  profile: {
    value: 'PROFILE',
    help: 'mock: is asked by Prefer; remote: is not; auto (default): one probe decides',
  },
  require: {
    value: 'STATUSES',
    help: 'fail unless these were provoked, as 200,401, or all',
  },
  'timeout-ms': { value: 'MS', help: 'for each request; default 10000' },
  reporter: { value: 'REPORTER', help: 'human (default), junit or github' },
  output: { value: 'FILE', help: 'where the report goes; standard output then gets the human one' },
  help: { value: undefined, help: 'print this' },
  version: { value: undefined, help: 'print the version' },
} satisfies Record<string, FlagDescription>

/** The name of a flag, without its dashes. */
export type Flag = keyof typeof table

/** Each flag of the command, in the order of `--help`. */
export const flags: Record<Flag, FlagDescription> = table

/** Whether the command has a flag of this name. */
export function isFlag(name: string): name is Flag {
  return Object.hasOwn(table, name)
}
