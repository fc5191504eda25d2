import type { JsonObject } from '../../scripts/json.ts'
import type { Change } from '../contract-edits.ts'
import { at, flip, inOperation, listOf } from '../contract-edits.ts'

const server = (c: JsonObject) => at({ first: listOf(c, 'servers')[0] }, 'first')

/** Changes to where requests are sent. */
export const servers: Change[] = [
  [
    'major',
    'another URL for the projects of a server',
    (c) => {
      server(c)['url'] = 'https://other.example'
    },
  ],
  ['major', 'a removed server', (c) => void listOf(c, 'servers').shift()],
  [
    'major',
    'a server of its own for an operation',
    (c) => {
      inOperation(c)['servers'] = [{ url: 'https://other.example' }]
    },
  ],
  [
    'major',
    'a server that serves other projects',
    (c) => {
      server(c)['x-projects'] = 'other'
    },
    (c) => {
      server(c)['x-projects'] = 'some'
    },
  ],
  [
    'major',
    'a server that loses its projects to a new one',
    (c) => {
      delete server(c)['x-projects']
      listOf(c, 'servers').push({ url: 'https://other.example', 'x-projects': 'some' })
    },
    (c) => {
      server(c)['x-projects'] = 'some'
    },
  ],
  [
    'minor',
    'a new server',
    (c) => void listOf(c, 'servers').push({ url: 'https://other.example' }),
  ],
  [
    'minor',
    'a new server put first',
    (c) => void listOf(c, 'servers').unshift({ url: 'https://other.example' }),
  ],
  [
    'patch',
    'a reworded description of a server',
    (c) => {
      server(c)['description'] = 'In other words.'
    },
  ],
  ['none', 'another order of servers', (c) => flip(listOf(c, 'servers'))],
]
