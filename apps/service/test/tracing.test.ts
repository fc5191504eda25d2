import { PassThrough } from 'node:stream'
import { SpanKind, SpanStatusCode, context, propagation, trace } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node'
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node'
import * as openid from 'openid-client'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { createLogger } from '../src/server/logger.ts'
import { approve, exchange, openConsentPage } from './support/connected-app.ts'
import { withToken } from './support/operations.ts'
import { revoke, revokeConnectedApp } from './support/revoke.ts'
import { useService } from './support/service.ts'

const exporter = new InMemorySpanExporter()
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
provider.register()
// Other files run in the same process, where OpenTelemetry's globals would stay.
afterAll(async () => {
  await provider.shutdown()
  for (const api of [trace, context, propagation]) api.disable()
  const keys = Object.getOwnPropertySymbols(globalThis)
  for (const key of keys.filter((each) => String(each).includes('opentelemetry'))) {
    Reflect.deleteProperty(globalThis, key)
  }
})
beforeEach(() => exporter.reset())

const stream = new PassThrough()
let text = ''
stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
const test = useService({ logger: createLogger('trace', stream) })

const parentId = 'b7ad6b7169203331'
const traceIdOf = (index: number) => String(index).padStart(32, '0af7')
const traceparent = (index: number) => ({ traceparent: `00-${traceIdOf(index)}-${parentId}-01` })
const server = `POST ${revokeConnectedApp.path}`

/** The spans, once those of so many requests have ended, which is after their responses. */
async function spansOf(requests: number): Promise<ReadableSpan[]> {
  const ended = () => exporter.getFinishedSpans().filter(({ kind }) => kind === SpanKind.SERVER)
  await expect.poll(() => ended().length, { timeout: 20_000 }).toBe(requests)
  return exporter.getFinishedSpans()
}

function find(spans: ReadableSpan[], name: string): ReadableSpan {
  const [span, other] = spans.filter((each) => each.name === name)
  if (span === undefined || other !== undefined) throw new Error(`not exactly one span: ${name}`)
  return span
}

const idOf = (span: ReadableSpan) => span.spanContext().spanId

describe('a trace', () => {
  it('continues that of the caller, with each statement of a revoke below its request', async () => {
    const { service, tenant } = test
    const headers = { ...withToken(revokeConnectedApp, tenant.session.token), ...traceparent(1) }
    const response = await revoke(service.url, tenant, { headers })
    const { request_id: requestId } = (await response.json()) as { request_id: string }
    const spans = await spansOf(1)
    const request = find(spans, server)
    const tree = spans.map((span) => [
      span.name,
      span.kind,
      spans.find((each) => idOf(each) === span.parentSpanContext?.spanId)?.name,
    ])
    const { INTERNAL, CLIENT, SERVER } = SpanKind
    expect(tree).toEqual([
      ['load-contexts', CLIENT, 'batch load-contexts'],
      ['batch load-contexts', INTERNAL, server],
      ['revoke-skip-locked', CLIENT, 'batch revoke-skip-locked'],
      ['batch revoke-skip-locked', INTERNAL, server],
      [server, SERVER, undefined],
    ])
    expect(new Set(spans.map((span) => span.spanContext().traceId))).toEqual(
      new Set([traceIdOf(1)]),
    )
    expect(request.parentSpanContext).toMatchObject({ spanId: parentId, isRemote: true })
    expect(request.attributes).toEqual({
      'http.request.method': 'POST',
      'http.route': revokeConnectedApp.path,
      'http.response.status_code': 200,
      'network.protocol.version': '1.1',
      'connected_apps.request_id': requestId,
      'connected_apps.outcome': 'ok',
      'connected_apps.project_id': tenant.projectId,
      'connected_apps.organization_id': tenant.organizationId,
      'connected_apps.member_id': tenant.memberId,
      'connected_apps.connected_app_id': tenant.publicAppId,
      'connected_apps.session_member_id': tenant.memberId,
    })
    expect(find(spans, 'revoke-skip-locked').attributes).toEqual({
      'db.system.name': 'postgresql',
      'db.query.summary': 'revoke-skip-locked',
    })
    const line = text.split('\n').find((each) => each.includes(requestId)) ?? '{}'
    expect(JSON.parse(line)).toMatchObject({ trace_id: traceIdOf(1), span_id: idOf(request) })
  })

  it('links a batch with each request that it serves', async () => {
    const { service, tenant } = test
    const indexes = Array.from({ length: 8 }, (_, index) => index + 1)
    const revokes = indexes.map((index) =>
      revoke(service.url, tenant, {
        headers: traceparent(index),
      }),
    )
    await Promise.all(revokes)
    const spans = await spansOf(indexes.length)
    const requests = spans.filter(({ name }) => name === server)
    const batches = spans.filter(({ name }) => name === 'batch revoke-skip-locked')
    expect(batches.length).toBeLessThan(requests.length)
    const served = batches.flatMap((batch) => [
      batch.parentSpanContext?.spanId,
      ...batch.links.map((link) => link.context.spanId),
    ])
    expect(new Set(served)).toEqual(new Set(requests.map(idOf)))
    expect(served).toHaveLength(requests.length)
    const linking = requests.filter(({ links }) =>
      links.some((link) => batches.some((batch) => idOf(batch) === link.context.spanId)),
    )
    expect(linking).toHaveLength(requests.length - batches.length)
    const sizes = batches.map(({ attributes }) => Number(attributes['connected_apps.batch.size']))
    expect(sizes.reduce((sum, size) => sum + size)).toBe(requests.length)
  })

  it('has errors by their codes, and not by messages, which may have values', async () => {
    const { service, tenant, database } = test
    await database.pool.query('ALTER TABLE audit_log RENAME TO gone')
    await revoke(service.url, tenant)
    await database.pool.query('ALTER TABLE gone RENAME TO audit_log')
    const spans = await spansOf(1)
    const failed = spans.filter(({ status }) => status.code === SpanStatusCode.ERROR)
    expect(failed.map(({ name, attributes }) => [name, attributes['error.type']])).toEqual([
      ['revoke-skip-locked', '42P01'],
      ['batch revoke-skip-locked', '42P01'],
      [server, 'database_error'],
    ])
    expect(failed.map(({ status, events }) => [status.message, events])).toEqual(
      failed.map(() => [undefined, []]),
    )
  })

  it('is not recorded if the caller decided so', async () => {
    const { service, tenant } = test
    const headers = { traceparent: `00-${traceIdOf(1)}-${parentId}-00` }
    await revoke(service.url, tenant, { headers })
    await revoke(service.url, tenant)
    const spans = await spansOf(1)
    expect(spans.filter((span) => span.spanContext().traceId === traceIdOf(1))).toEqual([])
  })

  it('of OAuth has the transaction, and nothing secret', async () => {
    const { tenant } = test
    const config = await test.asConfidentialApp()
    const flow = await openConsentPage(config, tenant.session.token)
    const page = String(flow.browser.url.split('/').at(-1))
    const callback = await approve(flow)
    const tokens = await exchange(config, flow, callback)
    await openid.tokenIntrospection(config, tokens.access_token)
    await expect(exchange(config, flow, callback)).rejects.toMatchObject({ error: 'invalid_grant' })
    await fetch(`${test.service.url}/${tenant.secret}/x?secret=${tenant.secret}`, {
      method: 'PROPFIND',
    })
    const isExchange = ({ name }: ReadableSpan) => name === 'POST /oauth2/token'
    const requests = () =>
      exporter.getFinishedSpans().filter(({ kind }) => kind === SpanKind.SERVER)
    await expect.poll(() => requests().at(-1)?.name, { timeout: 20_000 }).toBe('HTTP')
    const spans = exporter.getFinishedSpans()
    const [request] = spans.filter(isExchange)
    const names = spans
      .filter(
        ({ parentSpanContext }) => parentSpanContext?.spanId === request?.spanContext().spanId,
      )
      .map(({ name }) => name)
    expect(names).toEqual(
      expect.arrayContaining(['BEGIN', 'consume-token', 'issue-token', 'COMMIT']),
    )
    expect(request?.attributes).toMatchObject({
      'connected_apps.member_id': tenant.memberId,
      'connected_apps.connected_app_id': tenant.confidentialAppId,
    })
    expect(new Set(requests().map(({ name }) => name))).toEqual(
      new Set([
        'GET /.well-known/openid-configuration',
        'GET /oauth2/authorize',
        'GET /interaction/{uid}',
        'POST /interaction/{uid}',
        'GET /oauth2/authorize/{uid}',
        'POST /oauth2/token',
        'POST /oauth2/introspect',
        'HTTP',
      ]),
    )
    const recorded = JSON.stringify(
      spans.map(({ name, attributes, events, links, status }) => [
        name,
        attributes,
        events,
        links,
        status,
      ]),
    )
    const secrets = {
      projectSecret: tenant.secret,
      clientSecret: tenant.clientSecret,
      sessionToken: tenant.session.token,
      page,
      code: String(new URL(callback).searchParams.get('code')),
      verifier: flow.verifier,
      accessToken: tokens.access_token,
      refreshToken: String(tokens.refresh_token),
      ...Object.fromEntries(
        flow.browser.cookies.values().map((value, index) => [`cookie${index}`, value]),
      ),
    }
    const leaked = Object.entries(secrets).filter(([, secret]) => recorded.includes(secret))
    expect(leaked.map(([name]) => name)).toEqual([])
  })
})
