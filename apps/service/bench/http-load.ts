// Runs in a process of its own, so that it slows down the service as little as possible.
import autocannon from 'autocannon'

/** The requests to send, in turn, over and over. */
export interface HttpLoad {
  kind: 'http'
  url: string
  method: string
  requests: { path: string; headers: Record<string, string>; body?: string }[]
  connections: number
  seconds: number
}

export interface LoadResult {
  perSecond: number
  p50Ms: number
  p99Ms: number
  failed: number
}

export async function loadHttp(load: HttpLoad): Promise<LoadResult> {
  let sent = 0
  const setupRequest = (request: object): object => {
    sent += 1
    return { ...request, ...load.requests[sent % load.requests.length] }
  }
  const { url, method, connections, seconds } = load
  const requests = [{ setupRequest }]
  const result = await autocannon({
    url,
    method,
    connections,
    duration: seconds,
    requests,
  })
  return {
    perSecond: result['2xx'] / result.duration,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    failed: result.non2xx + result.errors,
  }
}
