import { controlPrefix } from '../control.ts'
import { exampleCurl } from '../example-request.ts'
import { startMock } from '../mock.ts'
import type { Address } from '../server.ts'
import { onStopSignal } from './stop-signal.ts'

/** Runs the mock until it is told to stop. */
export async function runMock(address: Address): Promise<void> {
  const mock = await startMock(address)
  onStopSignal(async () => {
    await mock.close()
    return 0
  })
  console.log(`Mock of Revoke Connected App: ${mock.url}
  scenarios and how to use them: ${mock.url}/
  requests that arrived:         ${mock.url}${controlPrefix}/journal

Try it:
  ${exampleCurl(mock.url)}

Ctrl-C stops it.`)
}
