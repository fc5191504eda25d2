import { serverFor } from '@connected-apps/contract'
import { allScenarios } from '@connected-apps/scenarios'
import { baseUrlOf, credentials, requestOf, valuesOf } from './call.ts'
import type { Call } from './call.ts'
import { comment, toCode } from './code.ts'

/** A program that calls the operation through the client. */
export function clientSnippet(call: Call): string {
  const { operation, prefer } = call
  const { parameters, request } = operation
  const values = valuesOf(call)
  const params = Object.entries(parameters)
    .filter(([name, each]) => each.in !== 'header' && (each.required || name in values))
    .map(([name, { example }]) => [name, values[name] ?? example])
  const [body] = request?.required ? Object.values(request.examples) : []
  const baseUrl = baseUrlOf(call)
  const config = {
    ...credentials,
    baseUrl,
    ...(prefer !== undefined && { headers: { Prefer: prefer } }),
    ...(needsCleartext(baseUrl) && { dangerouslyAllowCleartext: true }),
  }
  const method = operation.clientMethod.replace(/\w+$/, (name) => `try${capitalized(name)}`)
  return `import { B2BClient } from '@connected-apps/client'

// In a test with jsdom, which looks like a browser, add dangerouslyAllowBrowser: true
const client = new B2BClient(${toCode(config)})

${describeScenario(call)}const result = await client.${method}(${toCode({ ...Object.fromEntries(params), ...Object(body) })})
console.log(result.ok ? result.body : result.error)
`
}

/** A program that uses nothing but the platform. */
export function fetchSnippet(call: Call): string {
  return `${describeScenario(call)}${fetchCall(call, baseUrlOf(call))}`
}

/** A program that needs no server, because MSW responds as the mock would. */
export function mswSnippet(call: Call): string {
  const { key = '', scenario } = call
  const isDefined = scenario && !allScenarios.some((each) => isSame(each, scenario))
  const { parameter: _, ...definition } = scenario ?? {}
  const origin = serverFor(credentials.project_id)
  return `import { handlers } from '@connected-apps/scenarios/msw'
import { setupServer } from 'msw/node'

const api = handlers({ baseUrl: ${toCode(origin)} })
${isDefined ? `api.engine.key(${key && toCode(key)}).define(${toCode(definition)})\n` : ''}setupServer(...api).listen()

${describeScenario(call)}${fetchCall(call, baseUrlOf({ ...call, origin }))}`
}

function fetchCall(call: Call, baseUrl: string): string {
  const { method, target, headers, body } = requestOf(call)
  const { project_id, secret } = credentials
  const lines = [
    ...(method === 'GET' ? [] : [`  method: ${toCode(method)},`]),
    '  headers: {',
    `    Authorization: \`Basic \${btoa(${toCode(`${project_id}:${secret}`)})}\`,`,
    ...toCode(headers, '  ').split('\n').slice(1, -1),
    '  },',
    ...(body === undefined ? [] : [`  body: ${toCode(body)},`]),
  ]
  return `const response = await fetch(${toCode(baseUrl + target)}, {
${lines.join('\n')}
})
console.log(response.status, await response.json())
`
}

/** A comment that names the scenario that the ids in the code select. */
function describeScenario({ operation, scenario, prefer }: Call): string {
  if (!scenario || prefer !== undefined) return ''
  const { title, responses } = scenario
  const statuses = responses.map(({ example }) => operation.examples[example]?.status)
  return `${comment(`${title}: ${statuses.join(', ')}`)}\n`
}

/** The client sends a secret over http only to this machine, unless it is allowed to. */
function needsCleartext(baseUrl: string): boolean {
  const { protocol, hostname } = new URL(baseUrl)
  return protocol === 'http:' && !/^(?:(?:[^/]+\.)?localhost|127[\d.]+|\[::1])$/.test(hostname)
}

function isSame(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}
