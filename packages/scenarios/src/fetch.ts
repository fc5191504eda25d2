import { ScenarioEngine } from './engine.ts'
import { respondToRequest } from './respond-to-request.ts'

/** A `fetch` that sends nothing. */
export interface MockFetch {
  (input: string | URL | Request, init?: RequestInit): Promise<Response>
  /** What responds: its keys have the journals, and define scenarios. */
  readonly engine: ScenarioEngine
}

export interface MockFetchOptions {
  /** Share one to have the same journal and lists in several places; by default a new one. */
  engine?: ScenarioEngine
}

/**
 * A `fetch` that responds to the operations of the contract, whatever the host, and to anything else
 * with the contract's 404. Nothing is sent.
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
