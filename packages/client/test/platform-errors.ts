/** An error as a platform throws it. */
export function platformError(message: string, fields: object = {}, cause?: unknown): Error {
  return Object.assign(new Error(message, cause === undefined ? {} : { cause }), fields)
}

/** What `fetch` of Node.js throws. */
export function fetchFailed(message: string, code?: string): Error {
  const cause = platformError(message, code === undefined ? {} : { code })
  return new TypeError('fetch failed', { cause })
}

class NotCapable extends Error {
  override name = 'NotCapable'
}

const openssl =
  '0077D0F0B77F0000:error:0A00042E:SSL routines:ssl3_read_bytes:tlsv1 alert protocol version:../deps/openssl/openssl/ssl/record/rec_layer_s3.c:1605:SSL alert number 70\n'

/** What platforms throw, the code of it, and what the message must contain besides the code. */
export const platformErrors: [string, unknown, string | undefined, string][] = [
  [
    'Node.js: refused',
    fetchFailed('connect ECONNREFUSED 127.0.0.1:1', 'ECONNREFUSED'),
    'ECONNREFUSED',
    '127.0.0.1:1',
  ],
  [
    'Node.js: refused at each address of a name',
    new TypeError('fetch failed', {
      cause: Object.assign(
        new AggregateError([
          platformError('connect ECONNREFUSED ::1:1', { code: 'ECONNREFUSED' }),
          platformError('connect ECONNREFUSED 127.0.0.1:1', { code: 'ECONNREFUSED' }),
        ]),
        { code: 'ECONNREFUSED' },
      ),
    }),
    'ECONNREFUSED',
    '::1:1',
  ],
  [
    'Node.js: no such host',
    fetchFailed('getaddrinfo ENOTFOUND user-facing.example.test', 'ENOTFOUND'),
    'ENOTFOUND',
    'getaddrinfo',
  ],
  [
    'Node.js: closed',
    fetchFailed('other side closed', 'UND_ERR_SOCKET'),
    'UND_ERR_SOCKET',
    'other side closed',
  ],
  [
    'Node.js: slow to connect',
    fetchFailed('Connect Timeout Error', 'UND_ERR_CONNECT_TIMEOUT'),
    'UND_ERR_CONNECT_TIMEOUT',
    'Connect Timeout Error',
  ],
  [
    'Node.js: not HTTP',
    fetchFailed('Response does not match', 'HPE_INVALID_CONSTANT'),
    'HPE_INVALID_CONSTANT',
    'does not match',
  ],
  [
    'OpenSSL: a protocol version',
    fetchFailed(openssl, 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'),
    'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
    'tlsv1 alert protocol version',
  ],
  [
    'OpenSSL 3.5: a code with a slash',
    fetchFailed('ssl/tls alert handshake failure', 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE'),
    'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE',
    'alert handshake failure',
  ],
  [
    'OpenSSL: a client certificate is missing',
    fetchFailed('tlsv13 alert certificate required', 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'),
    'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    'certificate required',
  ],
  [
    'OpenSSL: an unknown certificate authority',
    fetchFailed('unable to verify the first certificate', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'first certificate',
  ],
  [
    'Node.js: the certificate of another host',
    fetchFailed(
      "Hostname/IP does not match certificate's altnames",
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ),
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'altnames',
  ],
  [
    'node-fetch',
    platformError(`request to https://example.test/ failed, reason: connect ECONNREFUSED`, {
      name: 'FetchError',
      type: 'system',
      errno: 'ECONNREFUSED',
      code: 'ECONNREFUSED',
    }),
    'ECONNREFUSED',
    'reason: connect',
  ],
  [
    'a proxy',
    fetchFailed('Proxy response (407) !== 200 when HTTP Tunneling', 'UND_ERR_ABORTED'),
    'UND_ERR_ABORTED',
    'Proxy response (407)',
  ],
  [
    'Bun: refused',
    platformError('Unable to connect. Is the computer able to access the url?', {
      code: 'ConnectionRefused',
    }),
    'ConnectionRefused',
    'Unable to connect',
  ],
  [
    'Bun: a certificate',
    platformError('self signed certificate', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'self signed',
  ],
  [
    'Deno: no permission',
    new NotCapable(
      'Requires net access to "api.stytch.com:443", run again with the --allow-net flag',
    ),
    'NotCapable',
    '--allow-net',
  ],
  [
    'Deno: refused',
    new TypeError(
      'error sending request: client error (Connect): tcp connect error: Connection refused (os error 111)',
    ),
    undefined,
    'Connection refused',
  ],
  [
    'workerd',
    platformError('Network connection lost.', { retryable: true }),
    undefined,
    'Network connection lost.',
  ],
  ['Chromium', new TypeError('Failed to fetch'), undefined, 'Failed to fetch'],
  ['Safari', new TypeError('Load failed'), undefined, 'Load failed'],
  [
    'Firefox',
    new DOMException('NetworkError when attempting', 'NetworkError'),
    undefined,
    'attempting',
  ],
  [
    'a cause of a cause',
    platformError(
      'outer',
      {},
      platformError('middle', {}, platformError('inner', { code: 'EPROTO' })),
    ),
    'EPROTO',
    'inner',
  ],
  ['a text', 'the line is dead', undefined, 'the line is dead'],
]
