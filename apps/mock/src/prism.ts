import document from '@connected-apps/contract/openapi.json' with { type: 'json' }
import type {
  IHttpConfig,
  IHttpRequest,
  IHttpResponse,
  PrismHttpComponents,
} from '@stoplight/prism-http'
import { createInstance, getHttpOperationsFromSpec } from '@stoplight/prism-http'

/** Prism's engine with the contract loaded; throws what Prism cannot answer. */
export type Prism = (
  request: IHttpRequest,
  config: IHttpConfig,
  forward?: Forward,
) => Promise<PrismResult>

/** Gets the provider's answer; is not called when Prism finds the request wrong. */
export type Forward = () => Promise<IHttpResponse>

/** What Prism makes of a request. */
export interface PrismResult {
  answer: IHttpResponse
  responseViolations: PrismViolation[]
}

/** What one of Prism's validators found. */
export interface PrismViolation {
  /** Such as `['body', 'status_code']`. */
  path?: string[]
  message: string
}

/** Prism finds a request wrong, and was told to let only right ones through. */
export class PrismRefusal extends Error {
  override name = 'PrismRefusal'
  readonly violations: PrismViolation[]

  constructor(violations: PrismViolation[]) {
    super('Prism refuses the request')
    this.violations = violations
  }
}

type ForwardComponent = PrismHttpComponents['forward']
type Logger = PrismHttpComponents['logger']

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
const logger = silence as unknown as Logger

/** Loads the contract into Prism. */
export async function loadPrism(): Promise<Prism> {
  const operations = await getHttpOperationsFromSpec(structuredClone(document)) // it writes into what it gets
  const mocking = createInstance(mockConfig({}), { logger })
  return async (request, config, forward) => {
    // An instance is a few closures, so each forwarded request can have one with its own upstream.
    const prism = forward
      ? createInstance(config, { logger, forward: forwardComponent(forward) })
      : mocking
    const result = await prism.request(request, operations, config)()
    if ('left' in result) throw result.left
    const { output, validations } = result.right
    return { answer: output, responseViolations: validations.output }
  }
}

/**
 * Takes the place of Prism's own forwarder, which follows redirects, removes `..` from paths, mocks
 * an answer of 501, and prints bodies anew.
 */
function forwardComponent(forward: Forward): ForwardComponent {
  return ({ validations }) =>
    () =>
    async () => {
      if (validations.length > 0) return { _tag: 'Left', left: new PrismRefusal(validations) }
      try {
        return { _tag: 'Right', right: await forward() }
      } catch (error) {
        return { _tag: 'Left', left: error instanceof Error ? error : new Error(String(error)) }
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
    // The credentials are checked before: Prism refuses a secret with a colon in it.
    checkSecurity: false,
    validateRequest: true,
    validateResponse: false,
    errors: false,
    upstreamProxy: undefined,
    mock: { dynamic: false, ...mock },
  }
}

/** Prism's settings as validation proxy. */
export function proxyConfig(upstream: URL): IHttpConfig {
  return {
    isProxy: true,
    upstream,
    checkSecurity: false,
    validateRequest: true,
    validateResponse: true,
    errors: true,
    upstreamProxy: undefined,
    mock: { dynamic: false },
  }
}
