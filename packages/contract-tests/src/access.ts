import type { Operation } from '@connected-apps/contract'
import { UsageError } from './options.ts'
import type { RunSettings } from './options.ts'
import { NoResponseError } from './send/exchange.ts'
import type { Exchange } from './send/exchange.ts'
import { sendWithRetry } from './send/retry-rate-limited.ts'
import { errorTypeOf, verifyAnyResponse } from './verify.ts'

/** An operation, and the `error_type` of its response to a well-formed request with the ids of the run. */
interface ProbedOperation {
  operation: Operation
  errorType: string | undefined
}

/**
 * Checks that the target accepts the credentials, and that the ids exist there: otherwise most cases
 * would fail although the target conforms.
 *
 * The `error_type` of one operation proves nothing if another operation contradicts it, because it
 * may itself be a violation. Whatever the responses leave open is left to the cases. A run that would
 * fail without this check never passes because of it.
 *
 * @throws {UsageError}
 */
export async function rejectWrongAccess(
  { operations }: RunSettings,
  send: (operation: Operation) => Promise<Exchange>,
): Promise<void> {
  const probed: ProbedOperation[] = []
  for (const operation of chooseOperations(operations)) {
    probed.push({ operation, errorType: await receiveErrorType(operation, send) })
  }
  const isRejected = ({ operation, errorType }: ProbedOperation) =>
    operation.security.some(({ example }) => example === errorType)
  const [first] = probed
  if (first !== undefined && probed.every(isRejected)) {
    throw new UsageError(
      `the target rejects the credentials (${first.errorType}); pass the project_id and secret of one of its projects`,
    )
  }
  const wrong = [...new Set(operations.flatMap(({ pathParameters }) => pathParameters))].filter(
    (name) => isUnknown(name, probed),
  )
  if (wrong.length > 0) {
    const errorTypes = new Set(probed.flatMap(({ errorType }) => errorType ?? []))
    throw new UsageError(
      `the target has no such ${wrong.join(' and no such ')} (${[...errorTypes].join(', ')}); pass ids that exist there`,
    )
  }
}

// If there is no safe operation, the first request of an idempotent one is sent twice, which is harmless.
function chooseOperations(operations: readonly Operation[]): readonly Operation[] {
  const safe = operations.filter(({ safety }) => safety === 'safe')
  return safe.length > 0 ? safe : operations.filter(({ safety }) => safety === 'idempotent')
}

/** Sends a request; returns the `error_type` of a valid response, or undefined if there is none. */
async function receiveErrorType(
  operation: Operation,
  send: (operation: Operation) => Promise<Exchange>,
): Promise<string | undefined> {
  try {
    const [example = ''] = Object.keys(operation.examples)
    const { received } = await sendWithRetry({ operation, example }, () => send(operation))
    const errorType = errorTypeOf(received)
    const isExpected = operation.examples[errorType ?? '']?.status === received.status
    return isExpected && verifyAnyResponse(operation, received).length === 0 ? errorType : undefined
  } catch (error) {
    if (error instanceof NoResponseError) return undefined // a case will fail in the same way
    throw error
  }
}

/** Whether every operation with this id in its path responds that it does not exist. */
function isUnknown(name: string, probed: readonly ProbedOperation[]): boolean {
  const concerned = probed.filter(({ operation }) => operation.pathParameters.includes(name))
  return (
    concerned.length > 0 &&
    concerned.every(({ operation, errorType }) => {
      const { trigger } = operation.examples[errorType ?? ''] ?? {}
      return typeof trigger === 'object' && trigger.unknown === name
    })
  )
}
