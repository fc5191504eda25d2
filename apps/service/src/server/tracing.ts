import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Context, Span, SpanOptions, Tracer } from '@opentelemetry/api'
import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  context,
  propagation,
  trace,
} from '@opentelemetry/api'

/** Only reads OpenTelemetry's global: until an operator registers an SDK, no span is recorded. */
function getTracer(): Tracer {
  // Each time, since a tracer that is kept continues to record when its SDK is no longer registered.
  return trace.getTracer('@connected-apps/service')
}

/** The methods of OpenTelemetry's semantic conventions; others must not become names of spans. */
const knownMethods = new Set([
  'CONNECT',
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PUT',
  'TRACE',
])

/**
 * Starts the span of a request, which continues the trace of its `traceparent`, and ends when the
 * response is closed. Its URL is not recorded, since a URL can carry codes and the ids of pages.
 */
export function startRequestSpan(request: IncomingMessage, response: ServerResponse): Span {
  const { method = '', headers, httpVersion } = request
  const span = getTracer().startSpan(
    spanNameOf(method),
    {
      kind: SpanKind.SERVER,
      attributes: {
        'http.request.method': knownMethods.has(method) ? method : '_OTHER',
        'network.protocol.version': httpVersion,
      },
    },
    // An operator's own instrumentation of HTTP has read the header already.
    trace.getActiveSpan() === undefined
      ? propagation.extract(context.active(), headers)
      : context.active(),
  )
  if (span.isRecording()) {
    response.once('close', () => {
      const { headersSent, statusCode } = response
      if (headersSent) span.setAttribute('http.response.status_code', statusCode)
      if (statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
      span.end()
    })
  }
  return span
}

/** The name of a request's span: its method, and its route once that is known. */
export function spanNameOf(method = '', route?: string): string {
  const name = knownMethods.has(method) ? method : 'HTTP'
  return route === undefined ? name : `${name} ${route}`
}

/** Runs `work` so that the spans that it starts are children of this one. */
export function runInSpan<Result>(span: Span, work: () => Result): Result {
  return context.with(trace.setSpan(context.active(), span), work)
}

/** The span that the running code belongs to, if it is recorded. */
export function findRecordingSpan(): Span | undefined {
  const span = trace.getActiveSpan()
  return span?.isRecording() === true ? span : undefined
}

/** Traces a statement by its name, never by its values. Without a span around it, it is not traced. */
export function traceStatement<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  if (findRecordingSpan() === undefined) return work()
  return traced(name, context.active(), work, {
    kind: SpanKind.CLIENT,
    attributes: { 'db.system.name': 'postgresql', 'db.query.summary': name },
  })
}

/**
 * Traces a batch that serves several requests. It is a child of the first request's span. The spans
 * of the others and that of the batch have links to each other.
 *
 * @param spans of the requests that it serves, if they are recorded
 */
export function traceBatch<Result>(
  name: string,
  spans: (Span | undefined)[],
  work: () => Promise<Result>,
): Promise<Result> {
  const [first, ...others] = new Set(spans.filter((span) => span !== undefined))
  if (first === undefined) return work()
  const run = (batch: Span): Promise<Result> => {
    for (const span of others) span.addLink({ context: batch.spanContext() })
    return work()
  }
  return traced(`batch ${name}`, trace.setSpan(ROOT_CONTEXT, first), run, {
    attributes: { 'connected_apps.batch.size': spans.length },
    links: others.map((span) => ({ context: span.spanContext() })),
  })
}

async function traced<Result>(
  name: string,
  parent: Context,
  work: (span: Span) => Promise<Result>,
  options: SpanOptions,
): Promise<Result> {
  const span = getTracer().startSpan(name, options, parent)
  try {
    return await context.with(trace.setSpan(parent, span), work, undefined, span)
  } catch (error) {
    // The message is left out, since it may contain values of the statement.
    span.setAttribute('error.type', typeOf(error))
    span.setStatus({ code: SpanStatusCode.ERROR })
    throw error
  } finally {
    span.end()
  }
}

/** PostgreSQL's or Node.js's code of the error; otherwise its name. */
function typeOf(error: unknown): string {
  if (!(error instanceof Error)) return '_OTHER'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
