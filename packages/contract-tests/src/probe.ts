import type { Operation } from '@connected-apps/contract'
import { UsageError } from './options.ts'
import type { ContractOptions, Profile, RunSettings } from './options.ts'
import { NoResponseError } from './send/exchange.ts'
import { sendRaw } from './send/raw.ts'
import { randomValue } from './send/request.ts'
import { errorTypeOf } from './verify.ts'

/** The header with which Prism and the mock return a named example (RFC 7240). */
export function preferHeader({ examples }: Operation, example: string): Record<string, string> {
  return { prefer: `code=${examples[example]?.status}, example=${example}` }
}

/**
 * Sends one request to find out whether the target responds, and whether it supports `Prefer`. The
 * ids are random, so that nothing is changed at a target that ignores the header.
 *
 * @throws {UsageError} if there is no response
 */
export async function detectProfile(
  settings: RunSettings,
  profile: NonNullable<ContractOptions['profile']>,
): Promise<Profile> {
  const { operation, example } = chooseProbe(settings.operations)
  const parameters = Object.fromEntries(
    operation.pathParameters.map((name) => {
      const parameter = operation.parameters[name]
      // A malformed id is as harmless as an unknown one.
      return [name, (parameter && randomValue(parameter)) ?? 'contract-tests']
    }),
  )
  const headers =
    profile === 'remote' || example === undefined ? {} : preferHeader(operation, example)
  try {
    const { received } = await sendRaw(operation, { parameters, headers }, settings)
    if (profile !== 'auto') return profile
    return example !== undefined && errorTypeOf(received) === example ? 'mock' : 'remote'
  } catch (error) {
    if (!(error instanceof NoResponseError)) throw error
    const { message, remedy = 'start the target, wait for it, or correct the URL' } = error
    throw new UsageError(`cannot reach ${settings.url}: ${message}; ${remedy}`, { cause: error })
  }
}

/**
 * Chooses an error that the probe cannot cause by itself, because it depends on a state, and the probe
 * has neither a session nor an existing id: only a target that supports `Prefer` returns it. Prefers
 * an operation that changes nothing.
 */
function chooseProbe(operations: readonly [Operation, ...Operation[]]): {
  operation: Operation
  example: string | undefined
} {
  const probes = operations.flatMap((operation) => {
    const example = Object.keys(operation.examples).find((name) => {
      const { trigger, status } = operation.examples[name] ?? {}
      return trigger === 'state' && status !== operation.successStatus
    })
    return example === undefined ? [] : { operation, example }
  })
  const safe = probes.find(({ operation }) => operation.safety === 'safe')
  return safe ?? probes[0] ?? { operation: operations[0], example: undefined }
}
