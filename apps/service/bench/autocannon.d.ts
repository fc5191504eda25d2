/** Types for the part of autocannon that is used here, since the package has none. */
declare module 'autocannon' {
  interface Options {
    url: string
    method: string
    connections: number
    /** Seconds. */
    duration: number
    requests: { setupRequest: (request: object) => object }[]
  }

  interface Result {
    '2xx': number
    non2xx: number
    errors: number
    /** Seconds. */
    duration: number
    /** Milliseconds. */
    latency: { p50: number; p99: number }
  }

  export default function autocannon(options: Options): Promise<Result>
}
