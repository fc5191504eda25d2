import type { JsonObject } from '../../scripts/json.ts'
import type { Change } from '../contract-edits.ts'
import { at, inOperation, requestBody } from '../contract-edits.ts'

const schema = { type: 'string' }
const shared = (c: JsonObject) => at(c, 'components', 'schemas', 'Shared')

/** Gives the request a schema that the response of an earlier operation uses as well. */
function shareWithRequest(c: JsonObject): void {
  at(c, 'components', 'schemas')['Shared'] = { type: 'object' }
  const content = { 'application/json': { schema: { $ref: '#/components/schemas/Shared' } } }
  const responses = { '200': { description: 'Well.', content } }
  c['paths'] = { '/first': { get: { operationId: 'first', responses } }, ...at(c, 'paths') }
  at(inOperation(c, 'requestBody'), 'content')['application/json'] = content['application/json']
}

/** Changes to the body that a consumer sends. */
export const requestBodies: Change[] = [
  [
    'major',
    'a condition (if) on a request body',
    (c) => {
      requestBody(c)['if'] = { required: ['a'] }
    },
  ],
  [
    'major',
    'patternProperties of a request body',
    (c) => {
      requestBody(c)['patternProperties'] = { '^a': schema }
    },
  ],
  [
    'major',
    'a request body that becomes required',
    (c) => {
      inOperation(c, 'requestBody')['required'] = true
    },
  ],
  [
    'major',
    'a new request body that is required',
    (c) => {
      inOperation(c)['requestBody'] = {
        required: true,
        content: { 'application/json': { schema: {} } },
      }
    },
    (c) => {
      delete inOperation(c)['requestBody']
    },
  ],
  [
    'major',
    'a typed property in an open request body',
    (c) => {
      requestBody(c)['properties'] = { reason: schema }
    },
  ],
  [
    'major',
    'an enum property in an open request body',
    (c) => {
      requestBody(c)['properties'] = { reason: { enum: ['a'] } }
    },
  ],
  [
    'major',
    'a second typed property in an open request body',
    (c) => {
      at(requestBody(c), 'properties')['reason'] = schema
    },
    (c) => {
      requestBody(c)['properties'] = { member_id: schema }
    },
  ],
  [
    'major',
    'a typed property in a schema that responses and an open request share',
    (c) => {
      shared(c)['properties'] = { reason: schema }
    },
    (c) => shareWithRequest(c),
  ],
  [
    'major',
    'an open request body that is closed',
    (c) => {
      requestBody(c)['additionalProperties'] = false
    },
  ],
  [
    'major',
    'a property of a request body that becomes read-only',
    (c) => {
      at(requestBody(c), 'properties', 'reason')['readOnly'] = true
    },
    (c) => {
      requestBody(c)['properties'] = { reason: { type: 'string' } }
    },
  ],
  [
    'minor',
    'a request body that has to match one schema fewer',
    (c) => {
      delete requestBody(c)['not']
    },
    (c) => {
      requestBody(c)['not'] = { required: ['a'] }
    },
  ],
  [
    'minor',
    'a property of any type in an open request body',
    (c) => {
      requestBody(c)['properties'] = { reason: { description: 'Why.' } }
    },
  ],
  [
    'minor',
    'a typed property in a closed request body',
    (c) => {
      requestBody(c)['properties'] = { reason: schema }
    },
    (c) => {
      requestBody(c)['additionalProperties'] = false
    },
  ],
  [
    'minor',
    'another default in a request body',
    (c) => {
      requestBody(c)['properties'] = { a: { default: 2 } }
    },
    (c) => {
      requestBody(c)['properties'] = { a: { default: 1 } }
    },
  ],
]
