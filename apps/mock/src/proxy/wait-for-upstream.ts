import http from 'node:http'
import https from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { reasonOf } from './upstream.ts'

const intervalMs = 250

/**
 * Waits until the upstream sends a response, whatever its status: that of its root may well be 404.
 *
 * @returns why there was none in time; undefined once there was one
 */
export async function waitForUpstream(
  upstream: string,
  timeoutMs: number,
): Promise<string | undefined> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const remainingMs = Math.max(Math.ceil(deadline - performance.now()), intervalMs)
    const reason = await probe(upstream, remainingMs)
    if (reason === undefined || performance.now() + intervalMs > deadline) return reason
    await sleep(intervalMs)
  }
}

/** Why there is no response; undefined if there is one. */
function probe(upstream: string, timeoutMs: number): Promise<string | undefined> {
  const client = upstream.startsWith('https:') ? https : http
  const signal = AbortSignal.timeout(timeoutMs)
  return new Promise((resolve) => {
    const request = client.get(upstream, { signal })
    request.once('response', (response) => {
      response.destroy()
      resolve(undefined)
    })
    // Without this listener, a 101 would be followed by neither a response nor an error.
    request.once('upgrade', (_response, socket) => {
      socket.destroy()
      resolve(undefined)
    })
    request.once('close', () => resolve('the connection was closed'))
    // Not `once`, because destroying the response may be an error too.
    request.on('error', (error) => resolve(reasonOf(signal.aborted ? signal.reason : error)))
  })
}
