import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { contractFile, DocumentError } from './document.ts'

const root = resolve(import.meta.dirname, '../../..')
const help = `Usage: npm run generate [-- --document FILE --output DIRECTORY]

Generates code from the contract.

  --document FILE     generate from another document than openapi/connected-apps.yaml
  --output DIRECTORY  write to another directory than packages/contract/src/generated`

await run().catch((error: unknown) => {
  // Anything else is a bug of the code generation, so its stack is printed.
  if (!isExpected(error)) throw error
  console.error(`generate: ${error.message.split('\n', 1).join('')}`)
  process.exitCode = 2
})

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      document: { type: 'string', default: contractFile },
      output: { type: 'string', default: resolve(import.meta.dirname, '../src/generated') },
      help: { type: 'boolean' },
    },
  })
  if (values.help) return console.log(help)
  const { generate } = await import('./generate.ts')
  const files = await generate(values.document).catch((error: unknown) => {
    if (error instanceof DocumentError)
      error.message = `${nameOf(values.document)} ${error.message}`
    throw error
  })
  await replaceDirectory(values.output, files)
}

/** Writes all files next to the directory first, so that a failure leaves it unchanged. */
async function replaceDirectory(directory: string, files: Record<string, string>): Promise<void> {
  const staging = `${directory}.new`
  await rm(staging, { recursive: true, force: true })
  try {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(staging, name)), { recursive: true })
      await writeFile(join(staging, name), text)
    }
    await rm(directory, { recursive: true, force: true })
    await rename(staging, directory)
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}

function nameOf(file: string): string {
  const within = relative(root, file)
  return within.startsWith('..') ? file : within
}

/** Whether the cause is the document, the command line or the file system, rather than a bug. */
function isExpected(error: unknown): error is Error {
  return error instanceof Error && (error instanceof DocumentError || 'code' in error)
}
