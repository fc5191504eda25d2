import { allOperations } from '@connected-apps/contract/operations'
import { describe, expect, test, vi } from 'vitest'
import { connectTo } from './client.ts'
import { listen } from './loopback.ts'
import { bodyOf, paramsOf } from './operations.ts'
import { resultOf } from './results.ts'

const MEBIBYTE = 1_048_576

describe.each(allOperations)('$operationId', (operation) => {
  const { successStatus: status, mediaType, safety } = operation
  const params = paramsOf(operation)
  // The lists have no pages, so that those who read them must expect much.
  const defaultMax = safety === 'safe' ? 32 * MEBIBYTE : MEBIBYTE

  /** A success of exactly this size. */
  function successOf(bytes: number): string {
    const body = JSON.stringify({ ...bodyOf(operation, 'success'), padding: '' })
    return body.replace('"padding":""', `"padding":"${'x'.repeat(bytes - body.length)}"`)
  }

  test(`a response is read up to ${defaultMax / MEBIBYTE} MiB by default`, async () => {
    expect(await resultOf(operation, { status, body: successOf(defaultMax) })).toMatchObject({
      ok: true,
    })
    const result = await resultOf(operation, { status, body: successOf(defaultMax + 1) })
    expect(result).toMatchObject({
      error: { kind: 'decode', reason: 'size', status_code: status, attempts: 1 },
    })
    expect(Object(result).error.message).toContain('maxResponseBytes')
  })

  test('maxResponseBytes sets another maximum per client and per call', async () => {
    const body = successOf(2_000)
    const sent = { status, body }
    expect(await resultOf(operation, sent, { maxResponseBytes: 2_000 })).toMatchObject({ ok: true })
    expect(await resultOf(operation, sent, { maxResponseBytes: 1_999 })).toMatchObject({
      error: { reason: 'size' },
    })
    const server = await listen((_, response) =>
      response.writeHead(status, { 'content-type': mediaType }).end(body),
    )
    const { tryCall } = connectTo(operation, server.url, { maxResponseBytes: 1 })
    expect(await tryCall(params)).toMatchObject({ error: { reason: 'size' } })
    expect(await tryCall(params, { maxResponseBytes: 2_000 })).toMatchObject({ ok: true })
    expect(await tryCall(params, { maxResponseBytes: undefined })).toMatchObject({
      error: { reason: 'size' },
    })
  })

  test('a response of the contract is read above the default, too', async () => {
    const sent = { status, body: successOf(defaultMax + 1) }
    expect(await resultOf(operation, sent, { maxResponseBytes: defaultMax + 1 })).toMatchObject({
      ok: true,
    })
  })

  test('a response without an end is not read to the end, and its connection closed', async () => {
    const server = await listen((_, response) => {
      response.writeHead(status, { 'content-type': mediaType })
      const writeMore = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      }
      response.on('drain', writeMore)
      writeMore()
    })
    expect(await connectTo(operation, server.url).tryCall(params)).toMatchObject({
      error: { kind: 'decode', reason: 'size', status_code: status, attempts: 1 },
    })
    await vi.waitFor(() => expect(server.requests[0]?.socket.destroyed).toBe(true), {
      timeout: 10_000,
    })
  })
})

test('a list of 20,000 active members is read by default', async () => {
  for (const operation of allOperations.filter(({ safety }) => safety === 'safe')) {
    const example = bodyOf(operation, 'success')
    const lists = Object.entries(example).filter(([, value]) => Array.isArray(value))
    const long = lists.map(([name, list]) => [name, repeat(list as unknown[], 20_000)] as const) // filtered above
    const body = { ...example, ...Object.fromEntries(long) }
    expect(JSON.stringify(body).length).toBeGreaterThan(MEBIBYTE)
    const result = await resultOf(operation, { status: operation.successStatus, body })
    expect(result).toEqual({ ok: true, body, attempts: 1 })
  }
})

function repeat(list: unknown[], times: number): unknown[] {
  return Array.from({ length: times }, (_, index) => list[index % list.length])
}
