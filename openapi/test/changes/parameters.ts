import type { JsonObject } from '../../scripts/json.ts'
import type { Change } from '../contract-edits.ts'
import { at, flip, inOperation, listOf, parameter, revoke } from '../contract-edits.ts'

const schema = { type: 'string' }
const session = 'X-Stytch-Member-Session'
const schemaOf = (c: JsonObject) => at(parameter(c, 'member_id'), 'schema')

function addParameter(c: JsonObject, required: boolean): void {
  listOf(inOperation(c), 'parameters').push({ name: 'X-New', in: 'header', required, schema })
}

function renamePathParameter(c: JsonObject): void {
  const { path, pathItem } = revoke(c)
  parameter(c, 'member_id')['name'] = 'memberId'
  at(c, 'paths')[path.replace('{member_id}', '{memberId}')] = pathItem
  delete at(c, 'paths')[path]
}

/** Changes to the parameters that a consumer sends. */
export const parameters: Change[] = [
  ['major', 'a new required parameter', (c) => addParameter(c, true)],
  [
    'major',
    'a parameter that becomes required',
    (c) => {
      parameter(c, session)['required'] = true
    },
  ],
  ['major', 'a removed parameter', (c) => void listOf(inOperation(c), 'parameters').pop()],
  [
    'major',
    'a renamed header',
    (c) => {
      parameter(c, session)['name'] = 'X-Other-Session'
    },
  ],
  ['major', 'a renamed path parameter, which breaks typed clients', (c) => renamePathParameter(c)],
  [
    'major',
    'a narrowed pattern of a request',
    (c) => {
      schemaOf(c)['pattern'] = '^[a-z]{1,128}$'
    },
  ],
  [
    'major',
    'a narrowed enum of a request',
    (c) => {
      schemaOf(c)['enum'] = ['a']
    },
    (c) => {
      schemaOf(c)['enum'] = ['a', 'b']
    },
  ],
  [
    'major',
    'an allOf of a request with one more part',
    (c) => void listOf(schemaOf(c), 'allOf').push({ minLength: 2 }),
    (c) => {
      schemaOf(c)['allOf'] = [{ minLength: 1 }]
    },
  ],
  ['minor', 'a new optional parameter', (c) => addParameter(c, false)],
  [
    'minor',
    'a removed pattern of a request',
    (c) => {
      delete schemaOf(c)['pattern']
    },
  ],
  [
    'minor',
    'a widened enum of a request',
    (c) => {
      schemaOf(c)['enum'] = ['a', 'b']
    },
    (c) => {
      schemaOf(c)['enum'] = ['a']
    },
  ],
  [
    'minor',
    'a parameter that becomes optional',
    (c) => {
      parameter(c, session)['required'] = false
    },
    (c) => {
      parameter(c, session)['required'] = true
    },
  ],
  [
    'minor',
    'a new default of a request',
    (c) => {
      at(parameter(c, session), 'schema')['default'] = 'a'
    },
  ],
  [
    'minor',
    'another default of a request',
    (c) => {
      at(parameter(c, session), 'schema')['default'] = 'b'
    },
    (c) => {
      at(parameter(c, session), 'schema')['default'] = 'a'
    },
  ],
  [
    'minor',
    'a deprecated parameter',
    (c) => {
      parameter(c, session)['deprecated'] = true
    },
  ],
  ['none', 'another order of parameters', (c) => flip(listOf(inOperation(c), 'parameters'))],
]
