// disconnect-button.ts
import type { RevokeResult } from '@connected-apps/client'

export function createDisconnectButton(revoke: () => Promise<RevokeResult>): HTMLElement {
  const button = document.createElement('button')
  const status = document.createElement('p')
  button.textContent = 'Disconnect'
  status.role = 'status'
  const disconnect = async () => {
    button.disabled = true
    status.textContent = 'Disconnecting …'
    const result = await revoke()
    button.disabled = result.ok
    status.textContent = result.ok ? 'Disconnected' : describe(result.error)
  }
  button.addEventListener('click', () => void disconnect())
  const element = document.createElement('div')
  element.append(button, status)
  return element
}

function describe(error: Extract<RevokeResult, { ok: false }>['error']): string {
  if (error.kind !== 'http') return 'No connection; try again'
  if (error.status_code === 403) return 'Ask an admin of your Organization'
  if (error.status_code === 429) return `Try again in ${(error.retryAfterMs ?? 0) / 1000} s`
  return 'Something went wrong; try again'
}
