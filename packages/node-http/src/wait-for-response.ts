import http from 'node:http'
import https from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { reasonOf } from './network-reason.ts'

const intervalMs = 250

/**
 * Waits until there is a response, whatever its status: that of a root may well be 404.
 *
 * @returns why there was none in time; undefined once there was one
 */
export async function waitForResponse(url: string, timeoutMs: number): Promise<string | undefined> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const remainingMs = Math.max(Math.ceil(deadline - performance.now()), intervalMs)
    const reason = await probe(url, remainingMs)
    if (reason === undefined || performance.now() + intervalMs > deadline) return reason
    await sleep(intervalMs)
  }
}

/** Why there is no response; undefined if there is one. */
function probe(url: string, timeoutMs: number): Promise<string | undefined> {
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
    request.once('close', () => resolve('the connection was closed'))
    // Not `once`, because destroying the response may be an error too.
    request.on('error', (error) => resolve(reasonOf(signal.aborted ? signal.reason : error)))
  })
}
