import type { Change } from '../contract-edits.ts'
import { at, inOperation, listOf, revoke } from '../contract-edits.ts'

const schema = { type: 'string' }

/** Changes to operations and to what is said about them. */
export const operations: Change[] = [
  [
    'major',
    'a removed operation',
    (c) => {
      delete revoke(c).pathItem['post']
    },
  ],
  [
    'major',
    'another operationId',
    (c) => {
      inOperation(c)['operationId'] = 'another'
    },
  ],
  [
    'minor',
    'a new operation',
    (c) => {
      revoke(c).pathItem['get'] = {
        operationId: 'another',
        responses: { '200': { description: 'Well.' } },
      }
    },
  ],
  [
    'minor',
    'a deprecated operation',
    (c) => {
      inOperation(c)['deprecated'] = true
    },
  ],
  [
    'minor',
    'a deprecation that is withdrawn',
    (c) => {
      delete inOperation(c)['deprecated']
    },
    (c) => {
      inOperation(c)['deprecated'] = true
    },
  ],
  [
    'patch',
    'a reworded description',
    (c) => {
      inOperation(c)['description'] = 'In other words.'
    },
  ],
  [
    'patch',
    'a reworded description of a tag',
    (c) => {
      at({ tag: listOf(c, 'tags')[0] }, 'tag')['description'] = 'In other words.'
    },
  ],
  [
    'patch',
    'a schema that nothing uses',
    (c) => {
      at(c, 'components', 'schemas')['Unused'] = schema
    },
  ],
  [
    'major',
    'another dialect of every schema',
    (c) => {
      c['jsonSchemaDialect'] = 'https://json-schema.org/draft/2019-09/schema'
    },
  ],
  [
    'none',
    'another version',
    (c) => {
      at(c, 'info')['version'] = '1.2.3'
    },
  ],
]
