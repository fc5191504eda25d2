import type { JsonObject } from '../../scripts/json.ts'
import type { Change } from '../contract-edits.ts'
import { at, inOperation, inResponse, parameter } from '../contract-edits.ts'

const exampleObject = (c: JsonObject) => inResponse(c, '429', 'examples', 'too_many_requests')
const example = (c: JsonObject) => at(exampleObject(c), 'value')

/** Puts an example among the components, where several responses could use it. */
function shareExample(c: JsonObject): void {
  const value = { error_message: 'a' }
  const components = at(c, 'components')
  components['examples'] = Object.assign({ shared: { value } }, components['examples'])
  inResponse(c, '429', 'examples')['shared'] = { $ref: '#/components/examples/shared' }
}

/** Changes to examples. */
export const examples: Change[] = [
  [
    'major',
    'another error_type in a released example',
    (c) => {
      example(c)['error_type'] = 'other_error'
    },
  ],
  [
    'major',
    'a removed example',
    (c) => {
      delete inResponse(c, '404', 'examples')['member_not_found']
    },
  ],
  [
    'minor',
    'a new error type, by its example',
    (c) => {
      inResponse(c, '403', 'examples')['another'] = { value: { error_type: 'another' } }
    },
  ],
  [
    'minor',
    'a second example',
    (c) => {
      inResponse(c, '429', 'examples')['another'] = { value: example(c) }
    },
  ],
  [
    'patch',
    'a reworded example',
    (c) => {
      example(c)['error_message'] = 'In other words.'
    },
  ],
  [
    'patch',
    'a reworded example that responses share',
    (c) => {
      at(c, 'components', 'examples', 'shared', 'value')['error_message'] = 'b'
    },
    (c) => shareExample(c),
  ],
  [
    'patch',
    'a reworded single example of a media type',
    (c) => {
      inResponse(c, '429')['example'] = { a: 2 }
    },
    (c) => {
      const media = inResponse(c, '429')
      delete media['examples']
      media['example'] = { a: 1 }
    },
  ],
  [
    'patch',
    'a reworded summary of an example',
    (c) => {
      exampleObject(c)['summary'] = 'In other words.'
    },
  ],
  [
    'patch',
    'another example of a parameter',
    (c) => {
      parameter(c, 'member_id')['example'] = 'member'
    },
  ],
  [
    'patch',
    'a removed example of a request',
    (c) => {
      delete inOperation(c, 'requestBody', 'content', 'application/json', 'examples')['empty']
    },
  ],
]
