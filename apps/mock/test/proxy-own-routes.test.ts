import { allOperations, contract } from '@connected-apps/contract/operations'
import { describe, expect, it } from 'vitest'
import { trafficView } from '../src/proxy/report.ts'
import { TrafficRecord } from '../src/proxy/traffic.ts'
import { call } from './call.ts'
import { anyOperation } from './operations.ts'
import { sendRaw } from './send-raw.ts'
import { headersOf, startProxied } from './start-proxied.ts'

const { provider, proxy } = await startProxied()
const { operationId, successStatus } = anyOperation
const others = allOperations.filter((each) => each !== anyOperation)

describe('requests that the proxy itself responds to, which are no violations', () => {
  it.each(['/__mock/health', '/__mock/violations', '/', '/__mock', '/__mock/', '/?x=1'])(
    'HEAD %s, with the headers of a GET',
    async (path) => {
      const get = await fetch(proxy.url + path)
      await get.text()
      const head = await fetch(proxy.url + path, { method: 'HEAD' })
      expect([head.status, await head.text()]).toEqual([200, ''])
      for (const name of ['content-type', 'content-length']) {
        expect(head.headers.get(name)).toBe(get.headers.get(name))
      }
      expect(proxy.totals()).toEqual({ exchanges: 0, violations: 0, failures: 0 })
    },
  )

  it.each([
    '/favicon.ico',
    '/apple-touch-icon.png',
    '/robots.txt',
    '/.well-known/appspecific/com.chrome.devtools.json',
  ])('%s, which browsers request by themselves', async (path) => {
    expect((await fetch(proxy.url + path)).status).toBe(204)
    expect(proxy.totals()).toEqual({ exchanges: 0, violations: 0, failures: 0 })
    expect(provider.requests).toEqual([])
  })

  it.each([
    ['GET', '/__mock/violations'],
    ['DELETE', '/__mock/violations'],
    ['GET', '/__mock/health'],
  ])('the preflight of %s %s, which then succeeds', async (method, path) => {
    const origin = 'http://app.test'
    const preflight = await fetch(proxy.url + path, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': method,
        'access-control-request-headers': 'x-trace',
      },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-origin')).toBe(origin)
    expect(preflight.headers.get('access-control-allow-methods')).toBe(method)
    expect(preflight.headers.get('access-control-allow-headers')).toBe('x-trace')
    const response = await fetch(proxy.url + path, { method, headers: { origin } })
    expect(response.ok).toBe(true)
    expect(response.headers.get('access-control-allow-origin')).toBe(origin)
    expect(provider.requests).toEqual([])
  })

  it('the violations as a page, with the verdict first and nothing in it that a browser would run', async () => {
    const verdict = async () => {
      const page = await (await fetch(proxy.url)).text()
      return /<\/h1>\n<p [^>]*>(?:<[^>]*>)*([^<:]*)/.exec(page)?.[1]
    }
    expect(await (await fetch(proxy.url)).text()).toContain('<p>None.</p>')
    expect(await verdict()).toBe('Nothing was checked yet.')
    await call(proxy.url, anyOperation)
    expect(await verdict()).toBe('PASSED')
    provider.respond = (response) =>
      response.writeHead(successStatus, headersOf(successStatus)).end('{}')
    await call(proxy.url, anyOperation)
    expect(await verdict()).toBe('FAILED')
    const request =
      'PUT /<script>alert(1)</script> HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
    expect(await sendRaw(proxy.url, request)).toContain('422')
    const response = await fetch(proxy.url)
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    const page = await response.text()
    expect(page).toContain('response body: must have')
    expect(page).toContain('match no operation of the contract')
    expect(page).toContain(contract.version)
    expect(page).toContain('&#60;script&#62;')
    expect(page).not.toContain('<script')
  })
})

describe('the traffic', () => {
  it('is reported by operation, with what it covered and what it did not', async () => {
    await call(proxy.url, anyOperation)
    await call(proxy.url, anyOperation, { headers: { authorization: '' } })
    await call(proxy.url, anyOperation, { headers: { authorization: '' } })
    await fetch(`${proxy.url}/elsewhere`)
    const { operations, unmatched } = proxy.traffic()
    expect(operations.map((each) => [each.operationId, each.exchanges])).toEqual(
      allOperations.map((each) => [each.operationId, each === anyOperation ? 3 : 0]),
    )
    expect(unmatched).toEqual({
      total: 1,
      lines: [expect.stringMatching(/^request method and path: match no .* \(GET \/elsewhere\)$/)],
    })
    const called = operations.find((each) => each.operationId === operationId)
    expect(called?.responses).toEqual({ total: 0, lines: [] })
    expect(called?.requests).toEqual({
      total: 2,
      lines: [
        expect.stringMatching(/^request header Authorization: must .* \(2 times, first \w+ \/v1\//),
      ],
    })
    const covered = (kind: 'statuses' | 'parameters' | 'examples') =>
      called?.coverage[kind]?.filter((item) => item.covered).map(({ name }) => name)
    expect(covered('statuses')).toEqual([String(successStatus)])
    expect(covered('parameters')).toEqual(anyOperation.pathParameters)
    // A success cannot be matched to one of its examples.
    const errors = Object.entries(anyOperation.examples).filter(
      ([, { status }]) => status !== successStatus,
    )
    expect(called?.coverage.examples).toEqual(errors.map(([name]) => ({ name, covered: false })))
    for (const { coverage } of operations.filter((each) => each !== called)) {
      expect(
        Object.values(coverage)
          .flat()
          .some((item) => item.covered),
      ).toBe(false)
    }
    expect(others.length).toBeGreaterThan(0)
    proxy.reset()
    expect(proxy.traffic().operations.map(({ exchanges }) => exchanges)).toEqual(
      allOperations.map(() => 0),
    )
  })

  it('does not report responses as conforming if there were none', async () => {
    const outcomes = () => {
      const { suites } = trafficView(proxy.traffic(), proxy.totals())
      const cases = suites.find(({ name }) => name === operationId)?.cases ?? []
      return cases.map(({ outcome, reason }) => reason ?? outcome)
    }
    await call(proxy.url, anyOperation, { headers: { authorization: '' } })
    expect(outcomes()).toEqual(['failed', 'no response was received'])
    provider.respond = (response) => {
      response.writeHead(successStatus, { 'content-length': '9' })
      response.write('{', () => response.destroy())
    }
    await call(proxy.url, anyOperation)
    expect(outcomes()).toEqual(['failed', 'failed'])
  })

  it('counts violations that the list no longer has', async () => {
    const record = new TrafficRecord()
    const sent = { target: 'POST /', query: new URLSearchParams(), headers: new Headers() }
    for (let number = 1; number <= 300; number += 1) {
      const violation = { direction: 'response', where: 'body', message: `${number}` } as const
      record.add({ operation: anyOperation, violations: [violation] }, sent)
    }
    const { operations } = record.report()
    const responses = operations.find((each) => each.operationId === operationId)?.responses
    expect(responses?.total).toBe(300)
    expect(responses?.lines).toHaveLength(100)
  })
})
