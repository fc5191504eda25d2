import { routes } from '../configuration.ts'

/** An introspection request, as far as its caller can be authenticated. */
export interface IntrospectionRequest {
  callerId: string
  /** Undefined if the request has only a client_id, like that of a public client. */
  secret: string | undefined
  /** The token, or why there is none. Only an authenticated caller learns why. */
  token: { value: string } | InvalidRequest
}

/** The `error_description` of an `invalid_request` (RFC 6749, section 5.2). */
export interface InvalidRequest {
  description: string
}

/** Parts of an HTTP request. The body is undefined if it is too long, or never arrived completely. */
export interface ReceivedRequest {
  contentType: string | undefined
  authorization: string | undefined
  body: Buffer | undefined
}

/**
 * Parses an introspection request (RFC 7662, section 2.1), whose credentials are in the header or in
 * the form (RFC 6749, section 2.3.1). Errors are the same as those of oidc-provider's other endpoints.
 */
export function parseRequest(received: ReceivedRequest): IntrospectionRequest | InvalidRequest {
  const { contentType, authorization, body } = received
  if (!isForm(contentType)) {
    return invalid(
      `only ${formType} content-type bodies are supported on POST ${routes.introspection}`,
    )
  }
  if (body === undefined) return invalid('failed to parse the request body')
  const form = new URLSearchParams(body.toString())
  const repeated = findRepeated(form, 'client_id', 'client_secret')
  if (repeated !== undefined) return repeated

  const clientId = valueIn(form, 'client_id')
  const secret = valueIn(form, 'client_secret')
  if (authorization && secret !== undefined) {
    return invalid('client authentication must only be provided using one mechanism')
  }
  const credentials =
    authorization === undefined || secret !== undefined
      ? { callerId: clientId, secret }
      : parseBasicCredentials(authorization)
  if ('description' in credentials) return credentials
  const { callerId } = credentials
  if (clientId !== undefined && callerId !== clientId) return invalid('client_id mismatch')
  if (callerId === undefined || callerId === '') {
    return invalid('no client authentication mechanism provided')
  }
  return { callerId, secret: credentials.secret, token: tokenIn(form) }
}

const formType = 'application/x-www-form-urlencoded'

/** Whether a media type is that of a form, in the only charset that a form has. */
function isForm(contentType = ''): boolean {
  return /^application\/x-www-form-urlencoded[ \t]*(?:;[ \t]*charset="?utf-8"?[ \t]*)?$/i.test(
    contentType,
  )
}

function tokenIn(form: URLSearchParams): IntrospectionRequest['token'] {
  const repeated = findRepeated(form, 'token', 'token_type_hint')
  if (repeated !== undefined) return repeated
  const value = valueIn(form, 'token')
  return value === undefined ? invalid("missing required parameter 'token'") : { value }
}

/** A parameter without a value is treated as if it were omitted (RFC 6749, section 3.2). */
function valueIn(form: URLSearchParams, name: string): string | undefined {
  return form.get(name) || undefined
}

function findRepeated(form: URLSearchParams, ...names: string[]): InvalidRequest | undefined {
  const repeated = names.find((name) => form.getAll(name).length > 1)
  return repeated === undefined
    ? undefined
    : invalid(`'${repeated}' parameter must not be provided twice`)
}

/** Parses HTTP Basic credentials, whose two parts are form-encoded. */
function parseBasicCredentials(
  authorization: string,
): { callerId: string; secret: string } | InvalidRequest {
  const encoded = /^Basic ([A-Za-z0-9+/]+={0,2})$/i.exec(authorization)?.[1]
  const [, id, secret] = /^([^:]*):(.*)$/s.exec(decodeBase64(encoded)) ?? []
  if (id === undefined || secret === undefined) {
    return invalid('invalid authorization header value format')
  }
  const callerId = decodeFormValue(id)
  const decodedSecret = decodeFormValue(secret)
  if (callerId === undefined || decodedSecret === undefined) {
    return invalid(
      'client_id and client_secret in the authorization header are not properly encoded',
    )
  }
  if (decodedSecret === '') {
    return invalid('client_secret must be provided in the Authorization header')
  }
  return { callerId, secret: decodedSecret }
}

/** @returns an empty text if the input has an impossible length */
function decodeBase64(encoded = ''): string {
  const isPadded = encoded.endsWith('=')
  const isPossible = isPadded ? encoded.length % 4 === 0 : encoded.length % 4 !== 1
  return isPossible ? Buffer.from(encoded, 'base64').toString() : ''
}

/** @returns undefined if the value is malformed, or has other than printable ASCII characters */
function decodeFormValue(value: string): string | undefined {
  try {
    const decoded = decodeURIComponent(value.replaceAll('+', ' '))
    return /^[\x20-\x7E]*$/.test(decoded) ? decoded : undefined
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}

function invalid(description: string): InvalidRequest {
  return { description }
}
