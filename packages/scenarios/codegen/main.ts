import { mkdir, writeFile } from 'node:fs/promises'
import document from '@connected-apps/contract/openapi.json' with { type: 'json' }
import { constantsModule } from './constants.ts'

const directory = new URL('../src/generated/', import.meta.url)
await mkdir(directory, { recursive: true })
await writeFile(new URL('scenarios.ts', directory), constantsModule(document))
