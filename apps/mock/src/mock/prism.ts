import { parseBody } from '@connected-apps/contract'
import type { Operation, ReceivedHeaders } from '@connected-apps/contract'
import type { ExampleResponse, Plan } from '@connected-apps/scenarios'
import type {
  IHttpConfig,
  IHttpRequest,
  IHttpResponse,
  PrismHttpComponents,
} from '@stoplight/prism-http'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { documentFile } from './contract-files.ts'

/** Prism's engine with the contract loaded; rejects when Prism has no response. */
export type Prism = (request: IHttpRequest, choice: PrismChoice) => Promise<IHttpResponse>

/** Which response Prism should give; its default is the first example of the success. */
interface PrismChoice {
  code?: number
  exampleKey?: string
  dynamic?: boolean
  seed?: string
}

const prismManifest: { engines: { node: string } } = createRequire(import.meta.url)(
  '@stoplight/prism-http/package.json',
)

/** The oldest Node.js that Prism declares, such as `>=24.18.0`; this mock runs on older ones, too. */
export const prismEngine = prismManifest.engines.node

/** Prism logs every step of every request; the outcome is in its result. */
const silentLogger = {
  trace() {},
  debug() {},
  info() {},
  warn() {},
  error() {},
  fatal() {},
  success() {},
  child: () => silentLogger,
}
// Prism's type is a pino logger, but these methods are all that it calls.
const logger = silentLogger as unknown as PrismHttpComponents['logger']

/**
 * Loads Prism and the contract. Prism is imported here, not statically, because it dominates the
 * start time and a proxy started from the same package does not need it.
 */
export async function loadPrism(): Promise<Prism> {
  const { createInstance, getHttpOperationsFromSpec } = await import('@stoplight/prism-http')
  const document: object = JSON.parse(await readFile(documentFile, 'utf8'))
  const operations = await getHttpOperationsFromSpec(document)
  const prism = createInstance(configFor({}), { logger })
  return async (request, choice) => {
    const result = await prism.request(request, operations, configFor(choice))()
    if ('left' in result) throw result.left
    return result.right.output
  }
}

/** Prism's configuration for one response; a new object each time, because Prism modifies it. */
function configFor(choice: PrismChoice): IHttpConfig {
  return {
    isProxy: false,
    // The mock has checked the credentials already: Prism would reject a secret with a colon.
    checkSecurity: false,
    validateRequest: true,
    validateResponse: false,
    errors: false,
    upstreamProxy: undefined,
    mock: { dynamic: false, ...choice },
  }
}

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

/**
 * A request in Prism's form. `Accept` is left out, since Prism would respond to it with a 406 that
 * the contract lacks, and so are the headers of the body, which has been parsed already.
 */
function toPrismRequest(
  { method, queryParameters, headerParameters, requestBody }: Operation,
  { path, query, headers, body }: PrismInput,
): IHttpRequest {
  const parsed = requestBody && body !== 'too long' ? parseBody(body) : {}
  return {
    method: method.toLowerCase() as IHttpRequest['method'], // Prism has every method of OpenAPI
    url: {
      path,
      query: Object.fromEntries(
        queryParameters
          .filter((name) => query.has(name))
          .map((name) => [name, query.get(name) ?? '']),
      ),
    },
    headers: Object.fromEntries(
      headerParameters.flatMap((parameter) => {
        const value = headers.get(parameter)
        return value === null ? [] : [[parameter.toLowerCase(), value]]
      }),
    ),
    ...('value' in parsed && { body: parsed.value }),
  }
}

/** The parts of a request that Prism may need. */
interface PrismInput {
  path: string
  query: URLSearchParams
  headers: ReceivedHeaders
  body: Uint8Array | 'too long'
}
