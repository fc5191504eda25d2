import { expandPath, operation } from '@connected-apps/contract'
import type { PathParameters } from '@connected-apps/contract'
import { pathParameterExamples } from '@connected-apps/contract/examples'

/** The operation's path with the contract's example ids, except where told otherwise. */
export function examplePath(others: Partial<PathParameters> = {}): string {
  return expandPath({ ...pathParameterExamples, ...others })
}

/** A command that works as pasted into a shell. */
export function exampleCurl(baseUrl: string, others?: Partial<PathParameters>): string {
  return `curl -i -X ${operation.method} -u project-test-1:secret-test-1 ${baseUrl}${examplePath(others)}`
}
