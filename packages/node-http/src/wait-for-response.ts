import http from 'node:http'
import https from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { explainNetworkError } from './network-problem.ts'
import type { NetworkProblem } from './network-problem.ts'

const intervalMs = 250

/**
 * Waits until a server responds, with any status, since that of its root may well be 404. At least one
 * request is sent.
 *
 * @returns why there was no response in time; undefined if there was one
 */
export async function waitForResponse(
  url: string,
  timeoutMs: number,
): Promise<NetworkProblem | undefined> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const remainingMs = Math.max(Math.ceil(deadline - performance.now()), intervalMs)
    const problem = await probe(url, remainingMs)
    if (problem === undefined || performance.now() + intervalMs > deadline) return problem
    await sleep(intervalMs)
  }
}

/** Why there is no response; undefined if there is one. */
function probe(url: string, timeoutMs: number): Promise<NetworkProblem | undefined> {
  const client = url.startsWith('https:') ? https : http
  const signal = AbortSignal.timeout(timeoutMs)
  return new Promise((resolve) => {
    const request = client.get(url, { signal })
    request.once('response', (response) => {
      response.destroy()
      resolve(undefined)
    })
    // Without this listener, a 101 would be followed by neither a response nor an error.
    request.once('upgrade', (_response, socket) => {
      socket.destroy()
      resolve(undefined)
    })
    request.once('close', () => resolve({ reason: 'the connection was closed too early' }))
    // Not `once`, because destroying the response may also cause an error.
    request.on('error', (error) => {
      resolve(explainNetworkError(signal.aborted ? signal.reason : error))
    })
  })
}
