import { orUndefined, own } from './input.ts'
import type { Redactor } from './redact.ts'

const MAX_LENGTH = 200
const MAX_DEPTH = 5

/** Why no response arrived, as far as the platform reveals it. */
export interface Cause {
  /** Its code or name, such as `ECONNREFUSED` (Node.js), `ConnectionRefused` (Bun) or `NotCapable` (Deno). */
  code: string | undefined
  /** One line without secrets; empty if unknown. */
  text: string
}

/**
 * Describes what `fetch` threw. The thrown error itself is not kept: it may contain the request,
 * and a custom `fetch` can throw anything at all.
 */
export function describeCause(thrown: unknown, { text: redact }: Redactor): Cause {
  const chain = orUndefined(() => causesOf(thrown)) ?? ['']
  const last = chain.at(-1)
  const text = redact(orUndefined(() => String(last)) ?? '')
  const isObject = Object(last) === last
  const [, name = '', message = ''] = /^(\w+)(?:: (.*))?$/s.exec(text) ?? []
  const codes = chain.map((each) => orUndefined(() => own(each, 'code')))
  const code = [...codes, isObject && name].find(
    (each): each is string => isCode(each) && redact(each) === each, // it may be a secret
  )
  const line = (message || text).replace(/[\s\p{Cc}]+/gu, ' ').slice(0, MAX_LENGTH)
  return { code, text: !code || line.includes(code) ? line : `${code}: ${line}` }
}

/** The thrown value, its cause, the cause of that, and so on. */
function causesOf(thrown: unknown): unknown[] {
  const chain = [thrown]
  while (chain.length < MAX_DEPTH) {
    const last = chain.at(-1)
    const errors = own(last, 'errors') // of an AggregateError: one for each address that was tried
    const cause = own(last, 'cause') ?? (Array.isArray(errors) ? errors[0] : undefined)
    if (cause === undefined || cause === null) break
    chain.push(cause)
  }
  return chain
}

// `TypeError` and the like do not describe the failure. A code may contain a slash: OpenSSL 3.5 has
// ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE.
function isCode(value: unknown): value is string {
  return (
    typeof value === 'string' && /^[A-Za-z][\w/]{2,60}$/.test(value) && !/^\w*Error$/.test(value)
  )
}
