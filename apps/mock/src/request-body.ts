import { isContractMediaType, operation } from '@connected-apps/contract'
import { checkRequestBody } from '@connected-apps/contract/request'
import type { IncomingMessage } from 'node:http'

/** A body may be this long; the operation needs none at all. */
export const bodyLimitBytes = 1024 * 1024

/** A body that is too long is read on to here, so that its sender lives to see the answer. */
const discardLimitBytes = 16 * bodyLimitBytes

/** The bytes of a body, or why there are none to use. */
export type ReceivedBody = Buffer | 'too long' | 'aborted'

/** Reads a request's body, and never keeps more of it than the limit. */
export async function readBody(request: IncomingMessage): Promise<ReceivedBody> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    // Without destroyOnReturn the end of the loop would close the connection, before any answer.
    const bytes: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false })
    for await (const chunk of bytes) {
      length += chunk.length
      if (length <= bodyLimitBytes) chunks.push(chunk)
      else chunks.length = 0
      if (length > discardLimitBytes) break
    }
  } catch {
    return 'aborted' // the sender went away, or took longer than the server waits
  }
  return length > bodyLimitBytes ? 'too long' : Buffer.concat(chunks)
}

/** A body as JSON, or what is wrong with it, with a JSON Pointer where one makes sense. */
export type ParsedBody = { value?: unknown } | { fault: string; pointer?: string }

/** Holds a body and its headers against the contract. */
export function parseBody(
  body: Buffer | 'too long',
  headers: { 'content-type'?: string | undefined; 'content-encoding'?: string | undefined },
): ParsedBody {
  if (body === 'too long') return { fault: `the body is longer than ${bodyLimitBytes} bytes` }
  if (body.length === 0) return {}
  if (!isContractMediaType(headers['content-type'])) {
    return { fault: `the Content-Type of the body is not ${operation.mediaType}` }
  }
  if (headers['content-encoding'] && headers['content-encoding'].toLowerCase() !== 'identity') {
    return { fault: 'the body has a Content-Encoding' }
  }
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return { fault: 'the body is not JSON' }
  }
  const [violation] = checkRequestBody(value)
  return violation ? { fault: violation.message, pointer: violation.pointer } : { value }
}
