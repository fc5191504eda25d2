import type { ServerResponse } from 'node:http'
import { startServer } from '../src/http/server.ts'
import type { RunningServer } from '../src/http/server.ts'
import type { MockOptions, startMockOn } from '../src/mock/start.ts'
import { watchFiles } from './watch-files.ts'

/** How a mock follows what it is generated from. */
export interface WatchOptions {
  /** Files and directories: the contract, and what generates code from it. */
  paths: readonly string[]
  /** Generates and builds the mock. @returns in one line what went wrong, if anything did */
  build: () => Promise<string | undefined>
  /** Imports the mock as it has been built, as modules of that generation. */
  load: (generation: number) => Promise<{ startMockOn: typeof startMockOn }>
  /** Prints a line. */
  report: (line: string) => void
}

/**
 * Starts a mock that is replaced each time a watched file has changed. Its server and the connections
 * to it stay, so that no request is lost: each gets its response from the mock at which it arrived. A
 * mock that cannot be built or started does not replace the last one.
 *
 * @throws {ListenError}
 */
export async function startWatched(
  options: MockOptions,
  { paths, build, load, report }: WatchOptions,
): Promise<RunningServer> {
  let generation = 0
  let isBuilding = false
  let isStale = false
  const server = new SwappableServer()

  // Watched first, so that no change is missed while the first one starts.
  const stopWatching = watchFiles(paths, () => {
    isStale = true
    if (!isBuilding) void rebuild()
  })
  try {
    await start()
  } catch (error) {
    stopWatching()
    throw error
  }
  report('watching the contract; an edit is swapped in once it is built')
  return {
    url: server.url,
    close() {
      stopWatching()
      return server.close()
    },
  }

  async function start(): Promise<void> {
    generation += 1
    const { startMockOn } = await load(generation)
    await startMockOn((...args) => server.start(...args), options)
  }

  async function rebuild(): Promise<void> {
    isBuilding = true
    while (isStale) {
      isStale = false
      report('a watched file has changed; generating and building')
      const failure = await replace()
      // What was built is stale if there was another change meanwhile.
      if (!isStale && failure === undefined) {
        report('swapped; the journal, definitions, sequences and lists start over')
      } else if (!isStale) report(`kept the last good contract: ${failure}`)
    }
    isBuilding = false
  }

  async function replace(): Promise<string | undefined> {
    try {
      const failure = await build()
      if (failure === undefined && !isStale) await start()
      return failure
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }
}

/** A server that is started once, and whose handler is replaced from then on. */
class SwappableServer {
  readonly #responses = new Set<ServerResponse>()
  #handle: Parameters<typeof startServer>[1] = () => undefined
  #server: RunningServer | undefined

  async start(
    ...[address, handle, options]: Parameters<typeof startServer>
  ): Promise<RunningServer> {
    this.#handle = handle
    // An event stream never ends by itself. Once it is closed, browsers reconnect to the new mock.
    for (const response of this.#responses) if (isEventStream(response)) response.end()
    this.#server ??= await startServer(
      address,
      (request, response) => {
        this.#responses.add(response)
        response.once('close', () => this.#responses.delete(response))
        this.#handle(request, response)
      },
      options,
    )
    return this.#server
  }

  get url(): string {
    return this.#server?.url ?? ''
  }

  async close(): Promise<void> {
    await this.#server?.close()
  }
}

function isEventStream(response: ServerResponse): boolean {
  return String(response.getHeader('content-type')).startsWith('text/event-stream')
}
