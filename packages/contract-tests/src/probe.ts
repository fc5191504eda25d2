import { statusOf } from '@connected-apps/contract/examples'
import type { ExampleName } from '@connected-apps/contract/examples'
import { UsageError } from './options.ts'
import type { ContractOptions, Profile, RunSettings } from './options.ts'
import { NoResponseError } from './send/exchange.ts'
import { sendRaw } from './send/raw.ts'
import { randomId } from './send/request.ts'
import { errorTypeOf } from './verify.ts'

// The probe carries no session, so that no provider returns this error unless `Prefer` requests it.
const probeExample = 'session_authorization_tenancy_error'

/** The header that requests a named example from Prism and the mock (RFC 7240). */
export function preferHeader(example: ExampleName): Record<string, string> {
  return { prefer: `code=${statusOf(example)}, example=${example}` }
}

/**
 * Sends one request to learn whether the target responds, and whether it supports `Prefer`. The ids
 * are random, so that nothing is revoked at a target that ignores the header.
 *
 * @throws UsageError if there is no response
 */
export async function detectProfile(
  settings: RunSettings,
  profile: NonNullable<ContractOptions['profile']>,
): Promise<Profile> {
  const parameters = {
    organization_id: randomId(),
    member_id: randomId(),
    connected_app_id: randomId(),
  }
  const headers = profile === 'remote' ? {} : preferHeader(probeExample)
  try {
    const { received } = await sendRaw({ parameters }, settings, headers)
    if (profile !== 'auto') return profile
    return errorTypeOf(received) === probeExample ? 'mock' : 'remote'
  } catch (error) {
    if (!(error instanceof NoResponseError)) throw error
    throw new UsageError(
      `cannot reach ${settings.url}: ${error.message}; start the target or correct the URL`,
      { cause: error },
    )
  }
}
