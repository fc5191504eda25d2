import { member } from './input.ts'

/** The second argument of a {@link Fetch}: a part of `RequestInit`. It has no prototype. */
export interface FetchInit {
  method: string
  headers: Record<string, string>
  body?: string
  redirect: 'manual'
  /** Set where the platform supports it, so that no framework responds from its cache. */
  cache?: 'no-store'
  signal: AbortSignal
}

/** The part of a `Response` that is read. */
export interface FetchResponse {
  readonly status: number
  readonly redirected?: boolean
  readonly headers: { get(name: string): string | null }
  /** A Web stream or a Node.js stream, or anything else if only `text()` can read it. */
  readonly body?: unknown
  text(): Promise<string>
}

/** Sends a request. The global `fetch` is one, and so are those of undici, node-fetch and cross-fetch. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchResponse>

/**
 * The body as text without a byte order mark, or undefined if it has more than `maxBytes`. When the
 * signal is aborted, the body is cancelled, which not every implementation of `fetch` does itself.
 */
export async function readText(
  response: FetchResponse,
  maxBytes: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const body = member(response, 'body')
  if (body === null) return ''
  const chunks = chunksOf(body)
  // Some implementations of `fetch` have no stream; their body is in memory already.
  if (!chunks) return limitText(await response.text(), maxBytes)
  const cancel = () => void chunks.cancel().catch(() => undefined)
  if (signal.aborted) cancel()
  else signal.addEventListener('abort', cancel)
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  while (size <= maxBytes) {
    const { done = false, value } = await chunks.next()
    text += typeof value === 'string' ? value : decoder.decode(value, { stream: !done })
    if (done) return text
    size += typeof value === 'string' ? value.length : (value?.byteLength ?? 0)
  }
  cancel()
  return undefined
}

interface Chunks {
  next(): Promise<{ done?: boolean; value?: Uint8Array | ArrayBuffer | string | undefined }>
  cancel(): Promise<unknown>
}

/** The chunks of a stream, or undefined if the body is not a stream. */
function chunksOf(body: unknown): Chunks | undefined {
  if (isWebStream(body)) {
    // Not every platform can iterate over a Web stream.
    const reader = body.getReader()
    return { next: () => reader.read(), cancel: () => reader.cancel() }
  }
  if (isAsyncIterable(body)) {
    const iterator = body[Symbol.asyncIterator]()
    return { next: () => iterator.next(), cancel: async () => iterator.return?.() }
  }
  return undefined
}

function isWebStream(body: unknown): body is ReadableStream<Uint8Array> {
  return typeof member(body, 'getReader') === 'function'
}

function isAsyncIterable(body: unknown): body is AsyncIterable<Uint8Array, undefined> {
  return typeof member(body, Symbol.asyncIterator) === 'function'
}

function limitText(text: string, maxBytes: number): string | undefined {
  return new TextEncoder().encode(text).length <= maxBytes ? text.replace(/^\uFEFF/, '') : undefined
}
