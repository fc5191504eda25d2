import type { Authorization, Fetch } from '@connected-apps/client'
import { B2BClient } from '@connected-apps/client'
import type { ClientOperation, Operation } from '@connected-apps/contract'
import { allOperations } from '@connected-apps/contract/operations'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { credentials, methodsOf } from './client.ts'
import { methodWithClock, SkippingClock } from './fake-clocks.ts'
import { bodyOf, exampleOf, paramsOf } from './operations.ts'
import { textOf, undeclared } from './results.ts'
import { anyEmbedding, anyJson, anyEncoding } from './encodings.ts'

/** What a call sends that must not be logged. */
interface Sensitive {
  secret: string
  authorization: Authorization
  /** Headers of the client and of the call whose names say that they are secret. */
  headers: [Record<string, string>, Record<string, string>]
}

const header = fc
  .stringMatching(/^[!-~]{12,40}$/)
  .filter((value) => value.replaceAll(/[\W_]/g, '').length >= 8)
const part = fc.stringMatching(/^[A-Za-z0-9_-]{9,20}$/)
// A secret that looks encoded itself is recognized as it is and in the usual encodings, but not if
// each of its characters is encoded in another way.
const plainHeader = header.filter((value) => !/^;|[%\\&~]/.test(value))
const secretHeader = fc
  .tuple(
    fc.constantFrom(
      'X-Api-Key',
      'Cookie',
      'Proxy-Authorization',
      'X-Client-Secret',
      'X-Csrf-Token',
    ),
    plainHeader,
  )
  .map(([name, value]) => ({ [name]: value }))
const sensitive: fc.Arbitrary<Sensitive> = fc
  .record({
    secret: plainHeader,
    authorization: fc.oneof(
      fc.record({ session_token: plainHeader }),
      fc.record({ session_jwt: fc.tuple(part, part, part).map((parts) => parts.join('.')) }),
    ) as fc.Arbitrary<Authorization>, // safe: they lack the property that is `never`
    headers: fc.tuple(secretHeader, secretHeader),
  })
  .filter((values) => !haveParts(valuesOf(values)))

/** Whether one of the values is a part of another. */
function haveParts(values: string[]): boolean {
  return values.some((one) => values.some((other) => one !== other && other.includes(one)))
}

/** Each value that a success must not contain; those of headers may be ordinary data of it. */
function credentialsOf({ secret, authorization }: Sensitive): string[] {
  const basic = btoa(`${credentials.project_id}:${secret}`)
  return [secret, basic, ...Object.values<string>({ ...authorization })]
}

/** Each value that an error must not contain. */
function valuesOf(values: Sensitive): string[] {
  const [ofClient, ofCall] = values.headers
  const isReplaced = Object.keys(ofCall).some((name) => name in ofClient)
  const headers = isReplaced ? [ofCall] : [ofClient, ofCall]
  return [...credentialsOf(values), ...headers.flatMap((each) => Object.values(each))]
}

/** One value of a call, and a text that contains it in an encoding. */
type Echo = Sensitive & { encoded: string }

function echoOf(
  encode: (value: string) => fc.Arbitrary<string>,
  candidatesOf = valuesOf,
): fc.Arbitrary<Echo> {
  return sensitive.chain((values) =>
    fc
      .constantFrom(...candidatesOf(values))
      .chain(encode)
      .map((encoded) => ({ ...values, encoded })),
  )
}

// What is left of "before SECRET after". A text with an unusual encoding is redacted as a whole,
// and what escapes the first or last character of the secret may stay.
const wholly = /^(before (\\|%(25)*5c)*\[redacted\](\\|%(25)*5c)* after|\[redacted\])$/i

/** The result of a call that is responded to by the given fetch, and what its hooks saw. */
async function resultOf(operation: Operation, values: Sensitive, fetch: Fetch) {
  const events: unknown[] = []
  const record = (event: unknown) => events.push(event)
  const { secret, authorization, headers: [ofClient, ofCall] } = values // prettier-ignore
  const client = new B2BClient({
    ...credentials,
    secret,
    fetch,
    headers: ofClient,
    maxRetries: 0,
    hooks: { onRequest: record, onResponse: record, onRetry: record },
  })
  const { tryCall } = methodsOf(client, operation)
  const result = await tryCall(paramsOf(operation), { authorization, headers: ofCall })
  return { result, text: [client, result, Object(result).error, events].map(textOf).join('\n') }
}

const responses = {
  'an error of the contract': (operation: Operation) => exampleOf(operation, 'unauthorized').status,
  'an undeclared error': (operation: Operation) => undeclared(operation, 502),
  'a success': ({ successStatus }: Operation) => successStatus,
  'an undeclared success': (operation: Operation) => undeclared(operation, 202),
}

const encodings = {
  'with any character encoded in any way': anyEncoding,
  'embedded as programs do': anyEmbedding,
}

describe.each(allOperations)('$operationId', (operation) => {
  describe.each(Object.entries(encodings))('a secret that is echoed %s', (_, encode) => {
    test.each(Object.entries(responses))('is redacted in %s', async (__, statusOf) => {
      const status = statusOf(operation)
      const candidatesOf = status === operation.successStatus ? credentialsOf : valuesOf
      await fc.assert(
        fc.asyncProperty(echoOf(encode, candidatesOf), async ({ encoded, ...values }) => {
          const echo = `before ${encoded} after`
          const envelope = (text: string) => ({
            status_code: status,
            request_id: text,
            error_type: text,
            error_message: text,
            error_url: text,
            error_details: { [text]: [text, 1, null, { deep: text }] },
          })
          const success = bodyOf(operation, 'success')
          const body = { ...success, ...envelope(echo), kept: [{ name: null }, [7], true, 'text'] }
          const headers = { 'content-type': operation.mediaType, 'x-request-id': echo, via: echo }
          const fetch: Fetch = async () => Response.json(body, { status, headers })
          const { result, text } = await resultOf(operation, values, fetch)
          expect(text).not.toContain(encoded)
          const redacted = String(Object(result.ok ? result.body : result.error).request_id)
          expect(redacted).toMatch(wholly)
          const expected = { ...body, ...envelope(redacted) }
          if (result.ok) {
            expect(result.body).toEqual(expected)
            return
          }
          const { error } = result
          expect(error).toHaveProperty('request_id', redacted)
          expect(error).toHaveProperty('headers', {
            'content-type': operation.mediaType,
            'x-request-id': redacted,
            via: redacted,
          })
          expect(error.message).toContain(redacted)
          if (error.kind === 'http') {
            expect(error).toMatchObject({ ...envelope(redacted), body: expected })
          }
        }),
        { numRuns: 100 },
      )
    })

    test('is redacted in the cause of a network error', async () => {
      await fc.assert(
        fc.asyncProperty(echoOf(encode), async ({ encoded, ...values }) => {
          const cause = Object.assign(new Error(`before ${encoded} after`), { code: encoded })
          const fetch = () => Promise.reject(new TypeError(encoded, { cause }))
          const { result, text } = await resultOf(operation, values, fetch)
          expect(text).not.toContain(encoded)
          expect(result).not.toHaveProperty('error.code')
          const [, shown = ''] = /^[^(]* \((.*)\)$/.exec(Object(result).error.message) ?? []
          expect(shown).toMatch(wholly)
        }),
        { numRuns: 50 },
      )
    })
  })

  test('a secret is redacted whatever escapes the JSON of the response has', async () => {
    const { status } = exampleOf(operation, 'unauthorized')
    const envelope = bodyOf(operation, 'unauthorized')
    const echo = sensitive.chain((values) =>
      fc
        .constantFrom(...valuesOf(values))
        .chain((value) => anyJson({ ...envelope, error_message: value, [value]: [value] }))
        .map((json) => ({ ...values, json })),
    )
    await fc.assert(
      fc.asyncProperty(echo, async ({ json, ...values }) => {
        const headers = { 'content-type': operation.mediaType }
        const fetch: Fetch = async () => new Response(json, { status, headers })
        const { result, text } = await resultOf(operation, values, fetch)
        for (const value of valuesOf(values)) expect(text).not.toContain(value)
        const redacted = '[redacted]'
        expect(result).toMatchObject({
          error: { body: { ...envelope, error_message: redacted, [redacted]: [redacted] } },
        })
      }),
      { numRuns: 100 },
    )
  })

  test('a secret is redacted each time, as it is and in the usual encodings of any secret', async () => {
    const { status } = exampleOf(operation, 'unauthorized')
    const usualEncodings = [
      String,
      encodeURIComponent,
      (value: string) => JSON.stringify(value).slice(1, -1),
    ]
    await fc.assert(
      fc.asyncProperty(header, fc.constantFrom(...usualEncodings), async (secret, encode) => {
        const echo = encode(secret)
        const body = { error_message: `x=${echo} ${echo}.` }
        const fetch: Fetch = async () => Response.json(body, { status })
        const client = new B2BClient({ ...credentials, secret, fetch })
        const result = await methodsOf(client, operation).tryCall(paramsOf(operation))
        expect(Object(result).error.error_message.replaceAll('\\', '')).toBe(
          'x=[redacted] [redacted].',
        )
      }),
      { numRuns: 100 },
    )
  })

  test.each([
    ['a session within a cookie', 'part-of-another', 'a=part-of-another; b=0123456789'],
    ['a cookie within a session', 'a=part-of-another;b=0123456789', 'part-of-another'],
  ])('%s is redacted with all of the other', async (_, session_token, cookie) => {
    const { status } = exampleOf(operation, 'unauthorized')
    const body = { error_message: `first ${session_token}, second ${cookie}` }
    const fetch: Fetch = async () => Response.json(body, { status })
    const client = new B2BClient({ ...credentials, fetch })
    const options = { authorization: { session_token }, headers: { cookie } }
    const result = await methodsOf(client, operation).tryCall(paramsOf(operation), options)
    expect(result).toHaveProperty('error.error_message', 'first [redacted], second [redacted]')
  })

  test('a session within a header that is encoded around it is redacted with all of it', async () => {
    const { status } = exampleOf(operation, 'unauthorized')
    const body = { error_message: 'a-part-of-another%5bz' }
    const fetch: Fetch = async () => Response.json(body, { status })
    const client = new B2BClient({ ...credentials, fetch })
    const headers = { 'x-api-key': 'a-part-of-another[z' }
    const options = { authorization: { session_token: 'part-of-another' }, headers }
    const result = await methodsOf(client, operation).tryCall(paramsOf(operation), options)
    expect(result).toHaveProperty('error.error_message', '[redacted]')
  })

  test('a secret that ends with a percent sign is redacted with the rest of its encoding', async () => {
    const { status } = exampleOf(operation, 'unauthorized')
    const secret = 'hundred-of-100%'
    const body = { error_message: `x=${encodeURIComponent(secret)}, ${secret}` }
    const fetch: Fetch = async () => Response.json(body, { status })
    const client = new B2BClient({ ...credentials, secret, fetch })
    const result = await methodsOf(client, operation).tryCall(paramsOf(operation))
    expect(result).toHaveProperty('error.error_message', 'x=[redacted], [redacted]')
  })

  test.each([
    ['percent-encoded twice', '%2573ecret%252Dtoken%2DX38e'],
    ['in JSON within JSON', String.raw`secret-token-\\u0058\\u00338e`],
    ['in JSON with slashes escaped', String.raw`secret\-token\-X38e`],
    ['in HTML by name and number', 'secret&hyphen;token&#45;&#x58;38e'],
    ['in HTML within HTML', 'secret&amp;#45;token&amp;amp;#45;X38e'],
    ['in HTML within a URL', 'secret%26%2345%3Btoken-X38e'],
    ['in a URL within JSON', String.raw`secret\u00252Dtoken-X38e`],
  ])('a secret %s is redacted', async (_, spelled) => {
    const { status } = exampleOf(operation, 'unauthorized')
    const body = { ...bodyOf(operation, 'unauthorized'), error_message: spelled }
    const fetch: Fetch = async () => Response.json(body, { status })
    const client = new B2BClient({ ...credentials, secret: 'secret-token-X38e', fetch })
    const result = await methodsOf(client, operation).tryCall(paramsOf(operation))
    expect(result).toHaveProperty('error.error_message', '[redacted]')
    expect(textOf(Object(result).error)).not.toContain('X38e')
  })

  test('text without a secret is unchanged, whatever its encoding', async () => {
    const { status } = exampleOf(operation, 'unauthorized')
    const body = {
      ...bodyOf(operation, 'unauthorized'),
      error_message: String.raw`100 %, a%20b &lt;c&gt; \n \u0041 C:\temp`,
      error_details: { '&amp;': 'secret-test', '%41': credentials.project_id },
    }
    const fetch: Fetch = async () =>
      Response.json(body, { status, headers: { 'content-type': operation.mediaType } })
    const client = new B2BClient({ ...credentials, fetch })
    const result = await methodsOf(client, operation).tryCall(paramsOf(operation))
    expect(result).toMatchObject({ error: { body, error_message: body.error_message } })
  })

  test('a header whose name does not suggest a secret is not redacted', async () => {
    const { status } = exampleOf(operation, 'unauthorized')
    const body = { ...bodyOf(operation, 'unauthorized'), error_details: 'correlation-0001' }
    const fetch: Fetch = async () => Response.json(body, { status })
    const headers = { 'X-Correlation-Id': 'correlation-0001' }
    const client = new B2BClient({ ...credentials, fetch, headers })
    const result = await methodsOf(client, operation).tryCall(paramsOf(operation))
    expect(result).toHaveProperty('error.error_details', 'correlation-0001')
  })

  test('a secret is redacted in the place of a violation, too', async () => {
    // The contract has no place whose name a server chooses; it may gain one.
    const secret = 'secret/with~more+characters'
    const pointer = `/${secret.replaceAll('~', '~0').replaceAll('/', '~1')}`
    const errors = [{ instancePath: pointer, keyword: 'type', message: 'must be string' }]
    const { status } = exampleOf(operation, 'unauthorized')
    const grown: ClientOperation = {
      ...operation,
      responseBodies: { [status]: Object.assign(() => false, { errors }) },
    }
    const fetch: Fetch = async () => Response.json({ [secret]: 1 }, { status })
    const clock = new SkippingClock()
    const call = methodWithClock(grown, 'http://127.0.0.1:1', clock, { fetch, secret })
    await expect(call(paramsOf(operation))).rejects.toMatchObject({
      violations: [{ part: 'body', where: expect.stringMatching(/^\/?\[redacted\]$/) }],
    })
  })

  test('a value of a header may be ordinary data of a success', async () => {
    const success = bodyOf(operation, 'success')
    const [value = ''] = Object.values(success).filter((each) => typeof each === 'string')
    const fetch: Fetch = async () => Response.json(success, { status: operation.successStatus })
    const client = new B2BClient({ ...credentials, fetch, headers: { 'X-Cache-Key': value } })
    const body = await methodsOf(client, operation).call(paramsOf(operation))
    expect(body).toEqual(success)
  })

  test.each([
    ['escapes', '"\\\\'.repeat(30_000)],
    ['percent signs', '%25'.repeat(30_000)],
    ['ampersands', '&amp;'.repeat(20_000)],
    ['nested lists', `${'['.repeat(20_000)}"%"${']'.repeat(20_000)}`],
  ])('many %s are redacted without a stack overflow or a long wait', async (_, text) => {
    const { status } = exampleOf(operation, 'unauthorized')
    const details = text.startsWith('[') ? text : JSON.stringify(text)
    const envelope = JSON.stringify(bodyOf(operation, 'unauthorized'))
    const json = envelope.replace(/}$/, `,"error_details":${details}}`)
    const headers = { 'content-type': operation.mediaType }
    const fetch: Fetch = async () => new Response(json, { status, headers })
    const client = new B2BClient({ ...credentials, fetch })
    const result = await methodsOf(client, operation).tryCall(paramsOf(operation))
    expect(result).toMatchObject({ error: { kind: 'http', conforms: true, status_code: status } })
    expect(JSON.stringify(result)).toContain('[redacted]')
  })

  test('a session is redacted in the media type of a response, and in parts of a header', async () => {
    const session_token = 'token-0123456789'
    const authorization = { session_token }
    const { status } = exampleOf(operation, 'unauthorized')
    const type = `text/${session_token}`
    const fetch: Fetch = async () =>
      new Response('bearer-0123456789', {
        status,
        headers: { 'content-type': type, via: 'bearer-0123456789' },
      })
    const headers = { 'Proxy-Authorization': 'Bearer bearer-0123456789' }
    const client = new B2BClient({ ...credentials, fetch, headers })
    const result = await methodsOf(client, operation).tryCall(paramsOf(operation), {
      authorization,
    })
    expect(textOf(Object(result).error)).not.toMatch(/token-0123456789|bearer-0123456789/)
  })
})
