import { inspect } from 'node:util'
import type { B2BClientConfig, Client } from '@connected-apps/client'
import * as exported from '@connected-apps/client'
import { B2BClient, createClient } from '@connected-apps/client'
import type { Operation } from '@connected-apps/contract'
import { allOperations } from '@connected-apps/contract/operations'
import { describe, expect, test } from 'vitest'
import { bundle, bundleApp } from './bundle.ts'
import type { MethodPair } from './client.ts'
import { credentials, methodsOf, rejectionOf } from './client.ts'
import { listen, respondWith } from './loopback.ts'
import {
  bodyOf,
  exampleOf,
  firstIdOf,
  methodNameOf,
  paramsOf,
  sessionsOf,
  tryNameOf,
} from './operations.ts'

/** An operation's functions, called like methods. */
function functionsOf(client: Client, operation: Operation): MethodPair {
  const name = methodNameOf(operation)
  const find = (each: string) =>
    Reflect.get(exported, each) as (client: Client, ...args: unknown[]) => Promise<never> // the type tests check each function
  return {
    call: (...args) => find(name)(client, ...args),
    tryCall: (...args) => find(tryNameOf(name))(client, ...args),
  }
}

describe.each(allOperations)('$operationId', (operation) => {
  const params = paramsOf(operation)
  const [session] = sessionsOf(operation)
  const options = session ? { authorization: session.authorization } : {}

  /** The functions, the methods, and the requests that the server received from either. */
  async function bothKinds(kind: Parameters<typeof exampleOf>[1]) {
    const server = await listen((_, response) => respondWith(response, operation, kind))
    const config: B2BClientConfig = { ...credentials, baseUrl: server.url, maxRetries: 0 }
    const methods = methodsOf(new B2BClient(config), operation)
    const functions = functionsOf(createClient(config), operation)
    const requests = () =>
      server.requests.map(({ method, url, rawHeaders }) => ({ method, url, rawHeaders }))
    return { methods, functions, requests }
  }

  test('the function sends the same request as the method, and resolves to the same body', async () => {
    const { methods, functions, requests } = await bothKinds('success')
    const body = await functions.call(params, options)
    expect(body).toEqual(bodyOf(operation, 'success'))
    expect(await methods.call(params, options)).toEqual(body)
    expect(await functions.tryCall(params, options)).toEqual({ ok: true, body, attempts: 1 })
    const [first, ...others] = requests()
    expect(others).toEqual([first, first])
  })

  test('the function rejects with the same error as the method', async () => {
    const { methods, functions } = await bothKinds('unauthorized')
    const { status } = exampleOf(operation, 'unauthorized')
    const error = await rejectionOf(functions.call(params, options))
    expect(error).toMatchObject({ kind: 'http', status_code: status })
    const withoutDate = (thrown: unknown) => ({ ...Object(thrown), headers: undefined })
    expect(withoutDate(await rejectionOf(methods.call(params, options)))).toEqual(
      withoutDate(error),
    )
    expect(await functions.tryCall(params, options)).toMatchObject({
      ok: false,
      error: { status_code: status },
    })
  })

  test('the function rejects the same arguments in the same words', async () => {
    const { methods, functions, requests } = await bothKinds('success')
    for (const [invalid, given] of [
      [{ ...params, [firstIdOf(operation)]: '..' }, {}],
      [params, { timeout: 1 }],
      [params, { authorization: {} }],
    ]) {
      const args = [invalid, given] as unknown as Parameters<MethodPair['call']> // as an untyped caller could pass
      const error = await rejectionOf(functions.call(...args))
      expect(error).toMatchObject({ kind: 'argument', attempts: 0 })
      expect(String(await rejectionOf(methods.call(...args)))).toBe(String(error))
    }
    expect(requests()).toEqual([])
  })

  test('a bundle of the function alone contains no other operation', async () => {
    const name = methodNameOf(operation)
    const app = `import { createClient, ${name} } from '@connected-apps/client'
export const send = (params) => ${name}(createClient(), params)`
    const code = await bundleApp(app)
    const whole = await bundle('@connected-apps/client')
    // A path can be the start of another one.
    const pathsIn = (text: string) =>
      allOperations.filter(({ path }) =>
        ['"', "'", '`'].some((quote) => text.includes(`${path}${quote}`)),
      )
    expect(pathsIn(whole)).toEqual(allOperations)
    expect(pathsIn(code)).toEqual([operation])
    for (const { operationId, clientMethod } of allOperations) {
      const isOwn = operationId === operation.operationId
      expect(code.includes(`${clientMethod}\``) || code.includes(`${clientMethod}"`)).toBe(isOwn)
      expect(whole).toContain(clientMethod)
    }
    expect(whole).toContain('.organizations=')
    expect(code).not.toContain('.organizations=')
    expect(code.length).toBeLessThan(whole.length)
  })

  test('a bundle of the function alone works', async () => {
    const server = await listen((_, response) => respondWith(response, operation, 'success'))
    const name = methodNameOf(operation)
    const app = `import { createClient, ${name} } from '@connected-apps/client'
export const send = (config, params) => ${name}(createClient(config), params)`
    const url = `data:text/javascript,${encodeURIComponent(await bundleApp(app))}`
    const { send } = (await import(/* @vite-ignore */ url)) as {
      send: (config: object, given: object) => Promise<unknown>
    } // the module above
    const body = await send({ ...credentials, baseUrl: server.url }, params)
    expect(body).toEqual(bodyOf(operation, 'success'))
  })
})

test('a client for functions does not reveal the secret when it is printed', () => {
  const client = createClient(credentials)
  const printed = [inspect(client, { depth: 9, showHidden: true }), JSON.stringify(client)]
  for (const text of printed) expect(text).not.toContain(credentials.secret)
})
