import { ScenarioEngine } from './engine.ts'
import { respondToRequest } from './respond-to-request.ts'

/** A `fetch` that sends nothing. */
export interface MockFetch {
  (input: string | URL | Request, init?: RequestInit): Promise<Response>
  /** The engine that decides the responses; its keys have the journals and define scenarios. */
  readonly engine: ScenarioEngine
}

/** The options of {@link mockFetch}. */
export interface MockFetchOptions {
  /** Default: a new one. Mocks that share an engine have the same journals and lists. */
  engine?: ScenarioEngine
}

/**
 * Creates a `fetch` that responds to the operations of the contract, whatever the host, and to
 * anything else with the contract's 404. It sends nothing.
 *
 * @example
 * const fetch = mockFetch()
 * const client = new B2BClient({ project_id: 'project-test-1', secret: 'secret-test-1', fetch })
 */
export function mockFetch({ engine = new ScenarioEngine() }: MockFetchOptions = {}): MockFetch {
  // Asynchronous so that it rejects for an invalid URL, as fetch does, instead of throwing.
  const fetch = async (
    input: string | URL | Request,
    init: RequestInit = {},
  ): Promise<Response> => {
    // jsdom has signals of its own, which the Request of Node.js does not accept.
    const { signal, ...others } = init
    const request = new Request(input, others)
    return respondToRequest(engine, request, request.url, signal ?? request.signal)
  }
  return Object.assign(fetch, { engine })
}
