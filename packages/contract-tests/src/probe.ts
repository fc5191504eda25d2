import { NoAnswerError } from './exchange.ts'
import { errorTypeOf } from './judge.ts'
import type { ContractOptions, Profile } from './options.ts'
import { preferenceFor } from './prefer.ts'
import type { RunSettings } from './run-settings.ts'
import { sendOnTheWire } from './send-on-the-wire.ts'
import { unknownId } from './unknown-id.ts'
import { UsageError } from './usage-error.ts'

// What no provider answers by itself to a request without a session.
const asked = 'session_authorization_tenancy_error'

/**
 * Learns whether something answers, and whether it answers as `Prefer` asks. The ids are nobody's,
 * so that nothing is revoked where it does not.
 */
export async function probe(
  settings: RunSettings,
  profile: NonNullable<ContractOptions['profile']>,
): Promise<Profile> {
  const ids = {
    organization_id: unknownId(),
    member_id: unknownId(),
    connected_app_id: unknownId(),
  }
  const preference = profile === 'remote' ? {} : preferenceFor(asked)
  try {
    const { received } = await sendOnTheWire({ parameters: ids }, settings, preference)
    if (profile !== 'auto') return profile
    return errorTypeOf(received) === asked ? 'mock' : 'remote'
  } catch (error) {
    if (!(error instanceof NoAnswerError)) throw error
    throw new UsageError(
      `${settings.url} gives ${error.message}; start the target or correct the URL`,
      { cause: error },
    )
  }
}
