import { listenForStopSignals } from './server/stop-signals.ts'

const signals = listenForStopSignals()
// Loading the rest takes half a second, and until then a signal would end the process. A container's
// first process would not even receive it.
const { runStartCommand } = await import('./start-command.ts')
await runStartCommand(signals)
