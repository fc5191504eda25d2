import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { ConnectedAppsScreen } from './connected-apps-screen.tsx'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={new QueryClient()}>
      <ConnectedAppsScreen signInUrl="/sign-in" />
    </QueryClientProvider>
  </StrictMode>,
)
