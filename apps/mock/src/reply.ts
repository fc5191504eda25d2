import { isStatus } from '@connected-apps/contract'
import type { PathParameters } from '@connected-apps/contract'
import { statusOf } from '@connected-apps/contract/examples'
import type { ExampleName } from '@connected-apps/contract/examples'
import type { IncomingHttpHeaders } from 'node:http'
import { exampleAnswer, examplesOf } from './known-examples.ts'
import type { ExampleAnswer } from './known-examples.ts'
import type { Playback } from './playback.ts'
import { readPreferences } from './preferences.ts'
import type { Prism } from './prism.ts'
import { sessionHeaders } from './session-headers.ts'
import { jsonOf } from './request-body.ts'
import { requestFaults } from './request-faults.ts'

/** A request that has arrived whole. */
export interface ArrivedRequest {
  path: string
  /** Undefined when no operation answers the method and path. */
  values: PathParameters | undefined
  query: URLSearchParams
  headers: IncomingHttpHeaders
  body: Buffer | 'too long'
}

/** What to send, and when. */
export interface Reply extends Omit<ExampleAnswer, 'body'> {
  /** Prism's, which is of any type. */
  body: unknown
  /** The contract's example that it is; none when the body was generated. */
  example?: ExampleName
  waitSeconds: number
}

/** Decides the answer to a request: Prism's, or the contract's own example for what is wrong. */
export async function replyTo(
  request: ArrivedRequest,
  prism: Prism,
  playback: Playback,
): Promise<Reply> {
  const { values, headers } = request
  const [fault] = requestFaults({ path: values, headers, body: request.body })
  if (fault) return refuse(fault.answer)
  const preferences = readPreferences(headers['prefer'], request.query)
  if ('fault' in preferences) {
    return refuse('bad_request', { preference: preferences.fault })
  }
  const { dynamic, seed } = preferences
  const planned = preferences.example ? undefined : playback.next(values as PathParameters) // without faults, every path parameter is there
  const chosen = preferences.example ?? planned?.example
  const answer = await prism(
    {
      method: 'post',
      url: { path: request.path },
      headers: sessionHeaders(headers),
      ...jsonOf(request.body),
    },
    {
      ...(chosen && { code: statusOf(chosen) }),
      ...(chosen && !dynamic && { exampleKey: chosen }),
      ...(dynamic && { dynamic }),
      ...(seed !== undefined && { seed }),
    },
  )
  const status = answer.statusCode
  if (!isStatus(status)) throw new Error(`Prism answered ${status}`)
  const example = chosen ?? examplesOf(status)[0]
  return {
    status,
    headers: answer.headers ?? {},
    body: answer.body,
    ...(example && !dynamic && { example }),
    waitSeconds: preferences.waitSeconds ?? planned?.waitSeconds ?? 0,
  }
}

/** The contract's own example, with details only where the mock itself is addressed. */
export function refuse(example: ExampleName, details?: object): Reply {
  const { status, headers, body } = exampleAnswer(example)
  return {
    status,
    headers,
    body: details ? { ...body, error_details: details } : body,
    example,
    waitSeconds: 0,
  }
}
