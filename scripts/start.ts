// One process, so that a signal to `npm start` reaches what it started.
import { turbo } from './turbo.ts'

const [unknown] = process.argv.slice(2)
if (unknown !== undefined) {
  console.error(
    `npm start takes no option (${unknown}); npm run mock -- --port 4999 starts the mock alone on another port, and PORT=4999 moves the service`,
  )
  process.exit(2)
}

process.exitCode =
  (await turbo(['run', 'generate'])) || (await turbo(['run', 'start', '--log-prefix=none']))
