import { writeFile } from 'node:fs/promises'
import { generate } from './generate.ts'
import { folder } from './paths.ts'

for (const [name, text] of Object.entries(await generate())) {
  await writeFile(new URL(name, folder), text)
}
