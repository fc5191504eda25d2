import { listenForStopSignals } from './server/stop-signals.ts'

const signals = listenForStopSignals()
// Loading the rest takes half a second. Until something listens for a signal, it ends the process; the
// first process of a container does not even receive it.
const { runStartCommand } = await import('./start-command.ts')
await runStartCommand(signals)
