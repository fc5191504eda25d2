import { operationsOf } from '../../scripts/compare/operations.ts'
import type { JsonObject } from '../../scripts/json.ts'
import type { Change } from '../contract-edits.ts'
import { at, inOperation } from '../contract-edits.ts'

function addScheme(c: JsonObject): void {
  at(c, 'components', 'securitySchemes')['key'] = { type: 'apiKey', in: 'header', name: 'X-Key' }
}

/** Changes to the credentials that an operation requires. */
export const security: Change[] = [
  [
    'major',
    'tightened security: a second credential',
    (c) => {
      inOperation(c)['security'] = [{ projectCredentials: [], key: [] }]
    },
    (c) => addScheme(c),
  ],
  [
    'major',
    'tightened security: one alternative fewer',
    (c) => {
      inOperation(c)['security'] = [{ projectCredentials: [] }]
    },
    (c) => {
      addScheme(c)
      inOperation(c)['security'] = [{ key: [] }, { projectCredentials: [] }]
    },
  ],
  [
    'major',
    'tightened security: credentials where none were needed',
    (c) => {
      inOperation(c)['security'] = [{ projectCredentials: [] }]
    },
    (c) => {
      inOperation(c)['security'] = []
    },
  ],
  [
    'major',
    'another scheme of the same credentials',
    (c) => {
      at(c, 'components', 'securitySchemes', 'projectCredentials')['scheme'] = 'bearer'
    },
  ],
  [
    'minor',
    'loosened security: another alternative',
    (c) => {
      addScheme(c)
      inOperation(c)['security'] = [{ projectCredentials: [] }, { key: [] }]
    },
  ],
  [
    'minor',
    'loosened security: one credential fewer',
    (c) => {
      inOperation(c)['security'] = [{ projectCredentials: [] }]
    },
    (c) => {
      addScheme(c)
      inOperation(c)['security'] = [{ projectCredentials: [], key: [] }]
    },
  ],
  [
    'minor',
    'loosened security: none needed',
    (c) => {
      inOperation(c)['security'] = []
    },
  ],
  [
    'none',
    'another order of security alternatives',
    (c) => {
      inOperation(c)['security'] = [{ key: [] }, { projectCredentials: [] }]
    },
    (c) => {
      addScheme(c)
      inOperation(c)['security'] = [{ projectCredentials: [] }, { key: [] }]
    },
  ],
  [
    'none',
    'security declared once for all operations',
    (c) => {
      for (const { operation } of operationsOf(c)) delete operation['security']
      c['security'] = [{ projectCredentials: [] }]
    },
  ],
]
