import { UsageError } from '@connected-apps/node-http/command'
import { findTargets } from '../../targets/find-targets.ts'
import type { TargetLine } from '../../targets/parse-target.ts'
import { readInput } from '../../files/read-input.ts'
import { readTargets } from '../../targets/read-targets.ts'
import type { Connection } from '../connect.ts'

/** The options that say what is revoked. */
export interface SourceOptions {
  targets?: string
  connectedAppId?: string
  organizations?: string
  resume?: string
}

/** Where the targets of a new ledger come from. */
export interface TargetSource {
  /** Of its list; `-` for standard input. */
  file: string
  /** As the ledger has it. */
  name: string
  /** Whether the list is read from standard input, so that the question cannot be answered there. */
  isInputUsed: boolean
  /** Whether the API is searched for the targets. */
  isSearch: boolean
  read: (connection: Connection, signal: AbortSignal) => AsyncIterable<TargetLine>
}

/**
 * @returns undefined for a resume, whose targets are in the ledger
 * @throws {UsageError} unless the options name one source
 */
export function chooseSource({
  targets,
  connectedAppId,
  organizations,
  resume,
  ledger,
  skipInvalid,
}: SourceOptions & { ledger?: string; skipInvalid?: boolean }): TargetSource | undefined {
  const defaults = connectedAppId === undefined ? {} : { connected_app_id: connectedAppId }
  if (resume !== undefined) {
    const others = [targets, connectedAppId, organizations, ledger, skipInvalid]
    if (others.some((each) => each !== undefined)) {
      throw new UsageError(
        '--resume takes the targets from the ledger, and continues it; leave out --targets, --connected-app-id, --organizations, --ledger and --skip-invalid',
      )
    }
    return undefined
  }
  if (targets !== undefined && organizations === undefined) {
    return {
      file: targets,
      name: targets,
      isInputUsed: targets === '-',
      isSearch: false,
      read: (_, signal) => readTargets(readInput(targets, signal), defaults),
    }
  }
  if (targets === undefined && organizations !== undefined && connectedAppId !== undefined) {
    return {
      file: organizations,
      name: `Members who use ${connectedAppId} in the Organizations of ${organizations}`,
      isInputUsed: organizations === '-',
      isSearch: true,
      read: ({ client, callOptions }, signal) =>
        findTargets(client, connectedAppId, readInput(organizations, signal), {
          ...callOptions,
          signal,
        }),
    }
  }
  throw new UsageError(
    'pass one of --targets FILE, --connected-app-id ID with --organizations FILE, or --resume LEDGER',
  )
}
