import type { ExampleResponse, Plan } from '@connected-apps/scenarios'
import { toPrismRequest } from './prism.ts'
import type { Prism, PrismInput } from './prism.ts'

/** The response to send. */
export interface MockResponse extends Omit<ExampleResponse, 'headers'> {
  headers: Record<string, string | number | string[]>
}

/** The response that was decided, with Prism's headers and body unless the contract alone gives them. */
export async function respond(
  plan: Plan,
  request: PrismInput,
  prism: Prism,
): Promise<MockResponse> {
  if (plan.kind === 'fixed') return plan.response
  const { operation, status: code } = plan
  const { statusCode, headers, body } = await prism(
    toPrismRequest(operation, request),
    plan.kind === 'example'
      ? { code, exampleKey: plan.example }
      : { code, dynamic: true, ...(plan.seed !== undefined && { seed: plan.seed }) },
  )
  if (statusCode !== code) throw new Error(`Prism responded with ${statusCode} instead of ${code}`)
  return { status: statusCode, headers: headers ?? {}, body }
}
