import document from '@connected-apps/contract/openapi.json' with { type: 'json' }
import type {
  IHttpConfig,
  IHttpRequest,
  IHttpResponse,
  PrismHttpComponents,
} from '@stoplight/prism-http'

/** Prism's engine with the contract loaded; throws what Prism cannot answer. */
export type Prism = (request: IHttpRequest, choice: PrismChoice) => Promise<IHttpResponse>

/** Which response Prism is to give. */
export interface PrismChoice {
  code?: number
  exampleKey?: string
  dynamic?: boolean
  seed?: string
}

/** Prism logs each step of each request; what it decides is in its result. */
const silence = {
  trace() {},
  debug() {},
  info() {},
  warn() {},
  error() {},
  fatal() {},
  success() {},
  child: () => silence,
}
// Prism asks for a logger of pino, of which it uses no more than this.
const logger = silence as unknown as PrismHttpComponents['logger']

/** Loads Prism, which takes most of the mock's start and which the proxy can do without. */
export async function loadPrism(): Promise<Prism> {
  const { createInstance, getHttpOperationsFromSpec } = await import('@stoplight/prism-http')
  const operations = await getHttpOperationsFromSpec(structuredClone(document)) // it writes into what it gets
  const prism = createInstance(configFor({}), { logger })
  return async (request, choice) => {
    const result = await prism.request(request, operations, configFor(choice))()
    if ('left' in result) throw result.left
    return result.right.output
  }
}

/** Prism's settings for one response; a new object each time, as Prism writes into it. */
function configFor(choice: PrismChoice): IHttpConfig {
  return {
    isProxy: false,
    // The credentials are checked before: Prism refuses a secret with a colon in it.
    checkSecurity: false,
    validateRequest: true,
    validateResponse: false,
    errors: false,
    upstreamProxy: undefined,
    mock: { dynamic: false, ...choice },
  }
}
