import type {
  Authorization,
  B2BClient,
  ConnectedAppsError,
  ErrorType,
} from '@connected-apps/client'
import { CommandError } from '@connected-apps/node-http/command'
import { describeMalformed, parseTarget, quote } from './parse-target.ts'
import type { TargetLine, TargetProblem } from './parse-target.ts'
import { toVerdict } from '../run/attempt.ts'
import { readTextLines } from './read-text-lines.ts'
import { nameApp } from '../target.ts'
import type { AppInOrganization } from '../target.ts'
import { SeenKeys } from './seen-keys.ts'

/** On whose behalf, and until when, targets are searched. */
export interface FindOptions {
  authorization?: Authorization
  signal?: AbortSignal | undefined
}

// A rate limit is no reason to end a search of ten thousand Organizations.
const SEARCH_LIMITS = { maxRetries: 10, deadlineMs: 300_000 }

/**
 * Finds the Members of Organizations who have an active installation of an app, by one call per
 * Organization, one after the other. The number of a line is that of the Organization's.
 *
 * @param organizations an id per line; blank lines are ignored
 * @throws {CommandError} if the API does not know the app
 * @throws {ConnectedAppsError} if a call fails for another reason than the Organization
 */
export async function* findTargets(
  client: B2BClient,
  app: string,
  organizations: AsyncIterable<Uint8Array>,
  options: FindOptions = {},
): AsyncGenerator<TargetLine, void> {
  const seen = new SeenKeys('lines')
  let isNamed = false
  for await (const each of readTextLines(organizations)) {
    if ('problem' in each) {
      yield each
      continue
    }
    const { line } = each
    const organization = each.text.trim()
    if (line === 1 && organization === 'organization_id') {
      yield { line, problem: 'is a header; the file has an id in each line, and no header' }
      continue
    }
    const firstLine = seen.add(organization, line)
    if (firstLine !== undefined) {
      yield { line, problem: `is the same as line ${firstLine}` }
      continue
    }
    const problem = describeMalformed('organization_id', organization)
    if (problem !== undefined) {
      yield { line, problem }
      continue
    }
    const { name, found } = await findMembers(client, app, organization, options)
    if (!isNamed && name !== undefined) {
      isNamed = true
      yield { line, app: nameApp(app, name) }
    }
    let hasTarget = false
    for (const member of found) {
      hasTarget ||= 'target' in member
      yield { line, ...member }
    }
    if (!hasTarget) {
      yield { line, searched: { organization_id: organization, connected_app_id: app } }
    }
  }
}

type Found = ReturnType<typeof parseTarget> | Omit<TargetProblem, 'line'>

async function findMembers(
  client: B2BClient,
  app: string,
  organization: string,
  options: FindOptions,
): Promise<{ name?: string; found: Iterable<Found> }> {
  const ids = { organization_id: organization, connected_app_id: app }
  const result = await client.organizations.tryGetConnectedApp(ids, {
    ...options,
    ...SEARCH_LIMITS,
  })
  if (!result.ok) return { found: [{ problem: explain(result.error, ids), isUnread: true }] }
  const { name, active_members } = result.body
  return { name, found: active_members.map(({ member_id }) => parseTarget({ ...ids, member_id })) }
}

const APP_NOT_FOUND: ErrorType<'getOrganizationConnectedApp'> = 'connected_app_not_found'

/** Why the list of one Organization is not there; throws what concerns them all. */
function explain(error: ConnectedAppsError, ids: AppInOrganization): string {
  const name = `organization_id ${quote(ids.organization_id)}`
  const verdict = toVerdict(error)
  if (error.kind === 'http' && verdict.kind === 'final' && verdict.result === 'not_found') {
    if (error.error_type === APP_NOT_FOUND) {
      throw new CommandError(
        `the API knows no Connected App ${quote(ids.connected_app_id)}; check --connected-app-id`,
        { cause: error },
      )
    }
    return `${name} has no list of Members: ${quote(error.error_type ?? 'not found')} (404)`
  }
  if (error.kind === 'decode' && error.reason === 'size') {
    return `${name} has a list of Members that is too long to be read; pass its Members by --targets`
  }
  throw error
}
