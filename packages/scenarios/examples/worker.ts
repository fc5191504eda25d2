// worker.ts
import { handlers } from '@connected-apps/scenarios/msw'
import { setupWorker } from 'msw/browser'

export const api = handlers({ baseUrl: 'https://test.stytch.com' })
await setupWorker(...api).start({ quiet: true })
