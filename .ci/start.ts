// One process, so that a signal to `npm start` reaches what it started.
import { turbo } from './turbo.ts'

const [unknown] = process.argv.slice(2)
if (unknown !== undefined) {
  console.error(
    `npm start takes no option (${unknown}); README.md says how to start one part with its own`,
  )
  process.exit(2)
}

process.exitCode =
  (await turbo(['run', 'generate'])) || (await turbo(['run', 'start', '--log-prefix=none']))
