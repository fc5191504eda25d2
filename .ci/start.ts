// One process, so that a signal to `npm start` reaches what it started.
import { turbo } from './turbo.ts'

process.exitCode =
  (await turbo(['run', 'generate'])) || (await turbo(['run', 'start', '--log-prefix=none']))
