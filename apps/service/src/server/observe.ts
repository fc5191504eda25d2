import { allOperations } from '@connected-apps/contract/operations'
import type { Logger } from 'pino'
import { routes } from '../oauth/configuration.ts'
import { logRequest } from './logger.ts'
import type { Metrics, Observation, Observe } from './metrics.ts'
import { findCurrentRequest } from './request-scope.ts'
import { spanNameOf } from './tracing.ts'

const operationPaths = Object.fromEntries(
  allOperations.map(({ operationId, path }) => [operationId, path]),
)

/** The paths of routes, as a trace has them. */
const templates: Readonly<Record<string, string>> = {
  ...operationPaths,
  ...routes,
  resume: `${routes.authorization}/{uid}`,
  discovery: '/.well-known/openid-configuration',
  interaction: '/interaction/{uid}',
  'front-page': '/',
  favicon: '/favicon.ico',
  'session-jwks': '/v1/b2b/sessions/jwks/{project_id}',
}

/** Creates what records each completed request: in the metrics, in the log, and in its trace. */
export function createObserve(metrics: Metrics, logger: Logger): Observe {
  metrics.startCounters(Object.keys(templates), Object.keys({ ...operationPaths, ...routes }))
  return (observation) => {
    metrics.observe(observation)
    logRequest(logger, observation)
    describeSpan(observation)
  }
}

function describeSpan({ requestId, route, outcome }: Observation): void {
  const { span, method, ids } = findCurrentRequest() ?? {}
  if (span?.isRecording() !== true) return
  const template = templates[route]
  if (template !== undefined) {
    span.updateName(spanNameOf(method, template))
    span.setAttribute('http.route', template)
  }
  for (const [name, id] of Object.entries({ ...ids, request_id: requestId, outcome })) {
    if (id !== undefined) span.setAttribute(`connected_apps.${name}`, id)
  }
}
