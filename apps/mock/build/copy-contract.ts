// Puts the contract's document and its rendered reference into the package, which has no other copy.
import { copyFile, mkdir } from 'node:fs/promises'

const openapi = new URL('../../../openapi/', import.meta.url)
const directory = new URL('../dist/contract/', import.meta.url)

await mkdir(directory, { recursive: true })
await copyFile(new URL('connected-apps.yaml', openapi), new URL('connected-apps.yaml', directory))
await copyFile(new URL('dist/reference.html', openapi), new URL('reference.html', directory))
