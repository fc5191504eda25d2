import document from '@connected-apps/contract/openapi.json' with { type: 'json' }
import type {
  IHttpConfig,
  IHttpRequest,
  IHttpResponse,
  PrismHttpComponents,
} from '@stoplight/prism-http'
import { createInstance, getHttpOperationsFromSpec } from '@stoplight/prism-http'

/** Prism's engine with the contract loaded. */
export type Prism = (request: IHttpRequest, config: IHttpConfig) => Promise<PrismResult>

/** What Prism makes of a request. */
export interface PrismResult {
  answer: IHttpResponse
  requestViolations: PrismViolation[]
  responseViolations: PrismViolation[]
}

/** What Prism's validators found. */
export interface PrismViolation {
  path?: string[]
  message: string
  severity: number
}

/** Prism logs each step of each request; what it decided is in its result. */
const silent = {
  trace() {},
  debug() {},
  info() {},
  warn() {},
  error() {},
  fatal() {},
  success() {},
  child: () => silent,
}

/**
 * Loads the contract into Prism.
 *
 * @throws what Prism cannot answer, which includes a failing `forward`
 */
export async function loadPrism(components: Partial<PrismHttpComponents> = {}): Promise<Prism> {
  const operations = await getHttpOperationsFromSpec(structuredClone(document)) // it writes into what it gets
  const defaults = mockConfig({})
  const prism = createInstance(defaults, {
    ...components,
    logger: silent,
  })
  return async (request, config) => {
    const result = await prism.request(request, operations, config)()
    if ('left' in result) throw result.left
    const { output, validations } = result.right
    return {
      answer: output,
      requestViolations: validations.input,
      responseViolations: validations.output,
    }
  }
}

/** Prism's settings for one mocked answer; a new object each time, as Prism writes into it. */
export function mockConfig(mock: {
  code?: number
  exampleKey?: string
  dynamic?: boolean
  seed?: string
}): IHttpConfig {
  return {
    isProxy: false,
    // The front has checked the credentials: Prism refuses a secret with a colon in it.
    checkSecurity: false,
    validateRequest: true,
    validateResponse: false,
    errors: false,
    upstreamProxy: undefined,
    mock: { dynamic: false, ...mock },
  }
}
