import type { JsonObject } from '../../scripts/json.ts'
import type { Change } from '../contract-edits.ts'
import { at, inOperation, listOf } from '../contract-edits.ts'

const schema = { type: 'string' }
const envelope = (c: JsonObject) => at(c, 'components', 'schemas', 'ErrorEnvelope')
const errorUrl = (c: JsonObject) => at(envelope(c), 'properties', 'error_url')
const retryAfter = (c: JsonObject) => inOperation(c, 'responses', '429', 'headers', 'Retry-After')

function dropRequired(c: JsonObject, name: string): void {
  const list = listOf(envelope(c), 'required')
  list.splice(list.indexOf(name), 1)
}

/** Adds a header to a response, beside those that it has. */
function addHeader(c: JsonObject, status: string, name: string, header: JsonObject): void {
  const response = inOperation(c, 'responses', status)
  response['headers'] = { ...Object(response['headers']), [name]: header }
}

/** Changes to what a provider sends. */
export const responses: Change[] = [
  [
    'major',
    'a removed response',
    (c) => {
      delete inOperation(c, 'responses')['429']
    },
  ],
  [
    'major',
    'a removed media type of a response',
    (c) => {
      const content = inOperation(c, 'responses', '200', 'content')
      content['text/plain'] = content['application/json']
      delete content['application/json']
    },
  ],
  [
    'major',
    'a removed property of a response',
    (c) => {
      delete at(envelope(c), 'properties')['error_url']
      dropRequired(c, 'error_url')
    },
  ],
  [
    'major',
    'a response property that is no longer required',
    (c) => {
      dropRequired(c, 'error_url')
    },
  ],
  [
    'major',
    'another type of a response property',
    (c) => {
      errorUrl(c)['type'] = 'integer'
    },
  ],
  [
    'major',
    'another const of a response',
    (c) => {
      at(c, 'components', 'schemas', 'NotFoundError', 'properties', 'status_code')['const'] = 410
    },
  ],
  [
    'major',
    'a widened enum of a response',
    (c) => {
      errorUrl(c)['enum'] = ['a', 'b']
    },
    (c) => {
      errorUrl(c)['enum'] = ['a']
    },
  ],
  [
    'major',
    'a response header that is no longer required',
    (c) => {
      retryAfter(c)['required'] = false
    },
    (c) => {
      retryAfter(c)['required'] = true
    },
  ],
  [
    'major',
    'a removed response header',
    (c) => {
      delete inOperation(c, 'responses', '429')['headers']
    },
  ],
  [
    'major',
    'another type of a response header',
    (c) => {
      at(retryAfter(c), 'schema')['type'] = 'string'
    },
  ],
  [
    'major',
    'a response header that becomes required',
    (c) => {
      retryAfter(c)['required'] = true
    },
    (c) => {
      retryAfter(c)['required'] = false
    },
  ],
  [
    'major',
    'a new required response header',
    (c) => {
      addHeader(c, '200', 'X-New', { required: true, schema })
    },
  ],
  [
    'major',
    'a new required response header beside another',
    (c) => {
      addHeader(c, '429', 'X-New', { required: true, schema })
    },
  ],
  [
    'major',
    'a response property that becomes required',
    (c) => void listOf(envelope(c), 'required').push('error_details'),
  ],
  [
    'major',
    'a new const in a response',
    (c) => {
      errorUrl(c)['const'] = 'https://example.com'
    },
  ],
  [
    'major',
    'a narrowed enum of a response',
    (c) => {
      errorUrl(c)['enum'] = ['a']
    },
    (c) => {
      errorUrl(c)['enum'] = ['a', 'b']
    },
  ],
  [
    'major',
    'a response that is closed',
    (c) => {
      at(c, 'components', 'schemas', 'RevokeConnectedAppResponse')['additionalProperties'] = false
    },
  ],
  [
    'major',
    'a length that a response must have',
    (c) => {
      errorUrl(c)['minLength'] = 3
    },
  ],
  [
    'major',
    'one more allOf of a response',
    (c) =>
      void listOf(at(c, 'components', 'schemas', 'NotFoundError'), 'allOf').push({
        required: ['error_details'],
      }),
  ],
  [
    'major',
    'one alternative of a response fewer',
    (c) => void listOf(errorUrl(c), 'oneOf').pop(),
    (c) => {
      errorUrl(c)['oneOf'] = [{ const: 'a' }, { const: 'b' }]
    },
  ],
  [
    'major',
    'items of a list in a response',
    (c) => {
      at(envelope(c), 'properties', 'error_details')['items'] = schema
    },
    (c) => {
      at(envelope(c), 'properties')['error_details'] = { type: 'array' }
    },
  ],
  [
    'major',
    'a lower bound of a response header',
    (c) => {
      at(retryAfter(c), 'schema')['minimum'] = 1
    },
  ],
  [
    'minor',
    'a new status',
    (c) => {
      inOperation(c, 'responses')['418'] = { ...inOperation(c, 'responses', '404') }
    },
  ],
  [
    'minor',
    'a new property of a response',
    (c) => {
      at(c, 'components', 'schemas', 'RevokeConnectedAppResponse', 'properties')['at'] = {
        type: 'string',
        format: 'date-time',
      }
    },
  ],
  [
    'minor',
    'a new optional response header',
    (c) => {
      addHeader(c, '200', 'X-New', { schema })
    },
  ],
  [
    'minor',
    'a new response header whose name looks like an extension',
    (c) => {
      addHeader(c, '200', 'x-new', { schema })
    },
  ],
  [
    'minor',
    'a deprecated property',
    (c) => {
      errorUrl(c)['deprecated'] = true
    },
  ],
]
