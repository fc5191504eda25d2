import { expandPath, operation } from '@connected-apps/contract'
import type { PathParameters } from '@connected-apps/contract'
import { pathParameterExamples } from '@connected-apps/contract/examples'

/** The operation's path with the contract's example ids, unless overridden. */
export function examplePath(ids: Partial<PathParameters> = {}): string {
  return expandPath({ ...pathParameterExamples, ...ids })
}

/** A command that can be pasted into a shell. */
export function exampleCurl(baseUrl: string, ids?: Partial<PathParameters>): string {
  return `curl -i -X ${operation.method} -u project-test-1:secret-test-1 ${baseUrl}${examplePath(ids)}`
}
