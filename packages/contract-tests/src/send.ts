import type { Exchange } from './exchange.ts'
import type { CaseRequest } from './request.ts'
import { canClientSend } from './request.ts'
import type { RunSettings } from './run-settings.ts'
import { sendByClient } from './send-by-client.ts'
import { sendOnTheWire } from './send-on-the-wire.ts'

/** Sends a request as consumers do, by the client, or where it refuses, on the wire. Throws a NoAnswerError. */
export function send(
  request: CaseRequest,
  settings: RunSettings,
  extraHeaders: Record<string, string> = {},
): Promise<Exchange> {
  return canClientSend(request)
    ? sendByClient(request, settings, extraHeaders)
    : sendOnTheWire(request, settings, extraHeaders)
}
