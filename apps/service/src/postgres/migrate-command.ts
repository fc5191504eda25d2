import { constants } from 'node:os'

// Before the rest is loaded, since a container's first process does not receive a signal that it does
// not listen for. PostgreSQL rolls back what was not committed when the connection ends.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    process.stderr.write('migrate: stopped; run it again\n')
    process.exit(128 + constants.signals[signal])
  })
}
const { runMigrateCommand } = await import('./run-migrate-command.ts')
await runMigrateCommand()
