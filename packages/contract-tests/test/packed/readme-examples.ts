import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packages, repository } from './places.ts'

/** A block of TypeScript in a README. */
export interface ReadmeExample {
  /** As a file name: of which README, and which block. */
  name: string
  code: string
}

/** Every ```ts block of the root's README and of those of the packages. */
export async function readmeExamples(): Promise<ReadmeExample[]> {
  const readmes = [{ name: 'root', folder: repository }, ...packages]
  const examples = await Promise.all(
    readmes.map(async ({ name, folder }) => {
      const text = await readFile(join(folder, 'README.md'), 'utf8')
      return [...text.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = ''], index) => ({
        name: `${name.replace('@connected-apps/', '')}-${index + 1}`,
        code: `${code}\nexport {}\n`,
      }))
    }),
  )
  return examples.flat()
}
