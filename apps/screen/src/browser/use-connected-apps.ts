// The state of the screen. A team can copy this file unchanged, with `../api.ts`: it needs TanStack
// Query 5, and a backend that responds like `../server/backend.ts`.
import type { UseMutationResult, UseQueryResult } from '@tanstack/react-query'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { ConnectedApp, ConnectedApps, Problem, ProblemCode } from '../api.ts'
import { PROBLEM_CODES } from '../api.ts'

const URL_OF_APPS = '/api/connected-apps'
const QUERY_KEY = ['connected-apps']

/** Longer than the backend waits for the API, so that its response, which has the reason, arrives first. */
const TIMEOUT_MS = 15_000
/** How often a request is retried after a 429. */
const MAX_RETRIES = 3
/** After a longer delay, the user has to try again instead. */
const MAX_DELAY_MS = 60_000
const DEFAULT_DELAY_MS = 5_000

/** Why a request failed: a problem that the backend reported, or `offline` if it was not reached. */
export class ConnectedAppsProblem extends Error {
  readonly code: ProblemCode | 'offline'
  readonly requestId: string | undefined
  /** When to send the request again, in milliseconds as `Date.now()` has them; only after a 429. */
  readonly retryAt: number | undefined

  constructor(problem: Omit<Problem, 'code'> & { code: ProblemCode | 'offline' }) {
    super(problem.code)
    this.code = problem.code
    this.requestId = problem.request_id
    if (problem.code === 'rate_limited') {
      const seconds = problem.retry_after_seconds
      this.retryAt = Date.now() + (seconds === undefined ? DEFAULT_DELAY_MS : seconds * 1000)
    }
  }
}

/** The Member's Connected Apps. During the delay after a 429, its problem is the `failureReason`. */
export function useConnectedApps(): UseQueryResult<ConnectedApp[], ConnectedAppsProblem> {
  return useQuery({
    queryKey: QUERY_KEY,
    queryFn: ({ signal }) => send(URL_OF_APPS, { signal }, readApps),
    ...retries,
  })
}

/** How the access ended: by this request, or before it. */
export type RevokeOutcome = 'revoked' | 'already gone'

/**
 * Takes an app's access away. Once it resolves, the access is gone, and the app is no longer in the
 * list. During the delay after a 429 it is pending, and its problem is the `failureReason`. It is safe to
 * repeat after any failure.
 *
 * @example
 * const revoke = useRevokeConnectedApp()
 * <button onClick={() => revoke.mutate(app)}>Disconnect</button>
 */
export function useRevokeConnectedApp(): UseMutationResult<
  RevokeOutcome,
  ConnectedAppsProblem,
  Pick<ConnectedApp, 'connected_app_id'>
> {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: async ({ connected_app_id: id }) => {
      try {
        await send(
          `${URL_OF_APPS}/${encodeURIComponent(id)}/revoke`,
          { method: 'POST' },
          expectNoContent,
        )
        return 'revoked'
      } catch (error) {
        if (error instanceof ConnectedAppsProblem && error.code === 'already_gone') {
          return 'already gone'
        }
        throw error
      }
    },
    onSuccess: async (_, { connected_app_id: id }) => {
      // A list that is still loading may contain the app.
      await queryClient.cancelQueries({ queryKey: QUERY_KEY })
      queryClient.setQueryData<ConnectedApp[]>(QUERY_KEY, (apps) =>
        apps?.filter((app) => app.connected_app_id !== id),
      )
    },
    ...retries,
  })
}

const retries = {
  retry: (failures: number, { retryAt = Infinity }: ConnectedAppsProblem): boolean =>
    failures < MAX_RETRIES && retryAt - Date.now() <= MAX_DELAY_MS,
  retryDelay: (_: number, { retryAt = 0 }: ConnectedAppsProblem): number => retryAt - Date.now(),
  // Offline, requests fail at once rather than wait for a connection, so that the user sees why.
  networkMode: 'always',
} as const

/** Sends a request and reads a success. Any failure is thrown as a `ConnectedAppsProblem`. */
async function send<T>(
  url: string,
  init: RequestInit,
  read: (response: Response) => T | Promise<T>,
): Promise<T> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS)
  const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout
  const createProblem = (code: 'offline' | 'unexpected'): ConnectedAppsProblem =>
    new ConnectedAppsProblem({ code: timeout.aborted ? 'unavailable' : code })
  let response
  try {
    response = await fetch(url, { ...init, signal })
  } catch {
    throw createProblem('offline')
  }
  if (!response.ok) throw new ConnectedAppsProblem(await readProblem(response))
  try {
    return await read(response)
  } catch {
    throw createProblem('unexpected')
  }
}

// A proxy or a sign-in in front of the backend sends other bodies, also with the status 200. So
// nothing below relies on a body before it has checked it.

async function readApps(response: Response): Promise<ConnectedApp[]> {
  const { connected_apps: apps } = (await response.json()) as ConnectedApps // checked below
  if (!Array.isArray(apps)) throw new Error('The response has no connected_apps')
  return apps
}

function expectNoContent({ status }: Response): void {
  if (status !== 204) throw new Error(`The response has the status ${status} instead of 204`)
}

async function readProblem(response: Response): Promise<Problem> {
  type Unchecked = Partial<Record<keyof Problem, unknown>> | null | undefined
  const body = (await response.json().catch(() => undefined)) as Unchecked // any JSON has such keys
  const code = PROBLEM_CODES.find((known) => known === body?.code)
  if (code === undefined) return { code: response.status >= 500 ? 'unavailable' : 'unexpected' }
  const { request_id: requestId, retry_after_seconds: seconds } = body ?? {}
  const problem: Problem = { code }
  if (typeof requestId === 'string') problem.request_id = requestId
  if (typeof seconds === 'number' && Number.isFinite(seconds)) problem.retry_after_seconds = seconds
  return problem
}
