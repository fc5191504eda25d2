import { mkdir, writeFile } from 'node:fs/promises'
import document from '@connected-apps/contract/openapi.json' with { type: 'json' }
import manifest from '../package.json' with { type: 'json' }
import { generateModules } from './modules.ts'
import { operationsOf } from './operations.ts'

const directory = new URL('../src/generated/', import.meta.url)
await mkdir(directory, { recursive: true })
const modules = generateModules(operationsOf(document), manifest.version)
for (const [name, text] of Object.entries(modules)) await writeFile(new URL(name, directory), text)
