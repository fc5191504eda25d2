import type { JsonObject } from '../../scripts/json.ts'
import type { Change } from '../contract-edits.ts'
import { at, inOperation, inResponse, parameter } from '../contract-edits.ts'

const exampleObject = (c: JsonObject) => inResponse(c, '429', 'examples', 'too_many_requests')

/** Changes to extensions. */
export const extensions: Change[] = [
  [
    'major',
    'another error type for a malformed parameter',
    (c) => {
      parameter(c, 'member_id')['x-error-type'] = 'bad_request'
    },
  ],
  [
    'major',
    'another error type for an unknown path',
    (c) => {
      at(c, 'paths')['x-error-type'] = 'b'
    },
    (c) => {
      at(c, 'paths')['x-error-type'] = 'a'
    },
  ],
  [
    'major',
    'another method of the client',
    (c) => {
      inOperation(c)['x-client-method'] = 'b.revoke'
    },
    (c) => {
      inOperation(c)['x-client-method'] = 'a.revoke'
    },
  ],
  [
    'major',
    'another permission',
    (c) => {
      inOperation(c)['x-permission'] = { action: 'b' }
    },
    (c) => {
      inOperation(c)['x-permission'] = { action: 'a' }
    },
  ],
  [
    'major',
    'an operation that is no longer safe',
    (c) => {
      delete inOperation(c)['x-safety']
    },
    (c) => {
      inOperation(c)['x-safety'] = 'safe'
    },
  ],
  [
    'major',
    'another scenario id',
    (c) => {
      exampleObject(c)['x-scenario'] = { id: '2', title: 'a' }
    },
    (c) => {
      exampleObject(c)['x-scenario'] = { id: '1', title: 'a' }
    },
  ],
  [
    'major',
    'one more group of headers that exclude each other',
    (c) => {
      c['x-exclusive-headers'] = [
        ['a', 'b'],
        ['c', 'd'],
      ]
    },
    (c) => {
      c['x-exclusive-headers'] = [['a', 'b']]
    },
  ],
  [
    'minor',
    'a new extension',
    (c) => {
      inOperation(c)['x-new'] = 'a'
    },
  ],
  [
    'minor',
    'one more entry of an extension',
    (c) => {
      inOperation(c)['x-new'] = { list: ['a', 'b'] }
    },
    (c) => {
      inOperation(c)['x-new'] = { list: ['a'] }
    },
  ],
  [
    'minor',
    'another way to trigger an example',
    (c) => {
      exampleObject(c)['x-trigger'] = 'state'
    },
    (c) => {
      exampleObject(c)['x-trigger'] = 'request'
    },
  ],
  [
    'patch',
    'a reworded title in an extension',
    (c) => {
      exampleObject(c)['x-scenario'] = { id: '1', title: 'b' }
    },
    (c) => {
      exampleObject(c)['x-scenario'] = { id: '1', title: 'a' }
    },
  ],
]
