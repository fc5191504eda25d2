import { servers as generated } from './generated/servers.ts'

/** A server, and the prefix of the project_ids that it is for; empty for all others. */
interface Server {
  readonly url: string
  readonly projects: string
}

/**
 * The base URL of the server for a project: the longest prefix wins, whatever the order.
 *
 * @param servers default: those of the contract, one of which is for all other projects
 * @example
 * serverFor('project-live-1') // 'https://api.stytch.com'
 */
export function serverFor(projectId: string, servers: readonly Server[] = generated): string {
  const [best] = servers
    .filter(({ projects }) => projectId.startsWith(projects))
    .toSorted((one, other) => other.projects.length - one.projects.length)
  if (!best) throw new Error('no server has the empty prefix')
  return best.url
}
