import type { OperationId } from '@connected-apps/contract'
import { allOperations } from '@connected-apps/contract/operations'

/** The operation and the scenario that are selected. */
export interface Choice {
  operationId: OperationId
  /** The id of the scenario; empty for the first one. */
  id: string
}

/** The fragment of the page's address for a choice: `#OPERATION_ID/ID`. */
export function hashOf({ operationId, id }: Choice): string {
  return `#${operationId}/${encodeURIComponent(id)}`
}

/** The choice in the fragment of the page's address, if it names an operation. */
export function choiceOfPage(): Choice | undefined {
  const [, name, encodedId = ''] = /^#([^/]+)\/(.*)$/.exec(location.hash) ?? []
  const operation = allOperations.find((each) => each.operationId === name)
  return operation && { operationId: operation.operationId, id: decode(encodedId) }
}

export function firstChoice(): Choice {
  const [operation] = allOperations
  if (operation === undefined) throw new Error('the contract has no operation')
  return { operationId: operation.operationId, id: '' }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return '' // the address was edited by hand
  }
}
