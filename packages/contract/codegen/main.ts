import { writeFile } from 'node:fs/promises'
import { generate } from './generate.ts'
import { folder } from './paths.ts'

const [unknown] = process.argv.slice(2)
if (unknown === undefined) {
  try {
    for (const [name, text] of Object.entries(await generate())) {
      await writeFile(new URL(name, folder), text)
    }
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n')
    fail(`openapi/connected-apps.yaml cannot be generated from: ${reason}`)
  }
} else {
  fail(`it takes no option (${unknown})`)
}

function fail(message: string): void {
  console.error(`generate: ${message}`)
  process.exitCode = 2
}
