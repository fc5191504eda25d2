import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packages, workspaceRoot } from './directories.ts'

/** A TypeScript code block in a README. */
export interface ReadmeExample {
  /** Usable as a file name: the README and the number of the block. */
  name: string
  code: string
}

/** Every ```ts block in the READMEs of the workspace root and the packages. */
export async function readmeExamples(): Promise<ReadmeExample[]> {
  const readmes = [{ name: 'root', directory: workspaceRoot }, ...packages]
  const examples = await Promise.all(
    readmes.map(async ({ name, directory }) => {
      const text = await readFile(join(directory, 'README.md'), 'utf8')
      return [...text.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = ''], index) => ({
        name: `${name.replace('@connected-apps/', '')}-${index + 1}`,
        code: `${code}\nexport {}\n`,
      }))
    }),
  )
  return examples.flat()
}
