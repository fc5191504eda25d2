/** A flag: what its value is called (`undefined`: it takes none), and what it does. */
interface FlagDescription {
  value: string | undefined
  short?: string
  /** Whether it belongs to `proxy` alone. */
  ofProxy?: true
  help: string
}

/** Where a command listens unless told otherwise. */
export const defaultHost = '127.0.0.1'
export const defaultPorts = { mock: 4010, proxy: 4011 }

const table = {
  host: { value: 'ADDRESS', help: `address to listen on; default ${defaultHost}` },
  port: {
    value: 'PORT',
    help: `port to listen on, 0 for a free one; default ${defaultPorts.mock}, of proxy ${defaultPorts.proxy}`,
  },
  upstream: {
    value: 'URL',
    ofProxy: true,
    help: 'base URL of the provider that the proxy forwards to',
  },
  'pass-other-routes': {
    value: undefined,
    ofProxy: true,
    help: 'let requests pass unchecked that are for other operations',
  },
  help: { value: undefined, short: 'h', help: 'print this' },
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
