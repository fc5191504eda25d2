/** A description of why there is no response. */
export interface NetworkProblem {
  /** Starts in lower case and ends with the code, such as `nothing listens there (ECONNREFUSED)`; quotes nothing from the request. */
  reason: string
  /** What to do, if it is something other than starting the server or correcting its address. */
  remedy?: string
}

interface Explanation {
  codes: RegExp
  what: string
  remedy?: string
}

// The first match applies. The codes are those of libuv, OpenSSL, node:http and undici.
const explanations: readonly Explanation[] = [
  { codes: /^ECONNREFUSED$/, what: 'nothing listens there' },
  { codes: /^ENOTFOUND$/, what: 'its host name does not exist' },
  { codes: /^EAI_/, what: 'its host name cannot be looked up now' },
  { codes: /^(EHOST|ENET)(UNREACH|DOWN)$/, what: 'there is no route to it' },
  {
    codes: /^(ETIMEDOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT)$/,
    what: 'it took too long',
  },
  {
    codes: /^(ECONNRESET|ECONNABORTED|EPIPE|UND_ERR_SOCKET)$/,
    what: 'the connection was closed too early',
  },
  {
    codes: /^CERT_HAS_EXPIRED$/,
    what: 'its TLS certificate has expired',
    remedy: 'renew the certificate',
  },
  {
    codes: /^CERT_NOT_YET_VALID$/,
    what: 'its TLS certificate is not valid yet',
    remedy: 'set the clock of this machine, or renew the certificate',
  },
  {
    codes: /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    what: 'its TLS certificate is for another host name',
    remedy: 'use the host name of the certificate',
  },
  {
    codes: /SELF_SIGNED|^UNABLE_TO_(GET_ISSUER|VERIFY)|^CERT_UNTRUSTED$/,
    what: 'its TLS certificate is from an authority that this machine does not trust',
    remedy: "set NODE_EXTRA_CA_CERTS to a file with the authority's certificate",
  },
  {
    codes: /^(ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)|EPROTO)$/,
    what: 'it does not use TLS, or no version of it that this machine supports',
    remedy: 'use http: in the address if the server has no TLS',
  },
  {
    codes: /^(HPE_|HTTPParserError$)/,
    what: 'it does not respond with HTTP',
    remedy: 'use https: in the address if the server has TLS',
  },
]

/**
 * Explains an error of `node:http`, `node:https` or `fetch` by the first code in its chain of causes.
 *
 * @example
 * const { reason, remedy = 'start it' } = explainNetworkError(error)
 * console.error(`no response: ${reason}; ${remedy}`)
 * // no response: nothing listens there (ECONNREFUSED); start it
 */
export function explainNetworkError(error: unknown): NetworkProblem {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each.name === 'TimeoutError') return { reason: 'it took too long' }
    const code = codeOf(each)
    if (code === undefined) continue
    const { what = 'the connection failed', remedy } =
      explanations.find(({ codes }) => codes.test(code)) ?? {}
    return { reason: `${what} (${code})`, ...(remedy !== undefined && { remedy }) }
  }
  return { reason: 'the connection failed' }
}

// `fetch` throws an error with this name, and possibly no code, for a response that is not HTTP.
function codeOf(error: Error): string | undefined {
  if ('code' in error && typeof error.code === 'string') return error.code
  return error.name === 'HTTPParserError' ? error.name : undefined
}
