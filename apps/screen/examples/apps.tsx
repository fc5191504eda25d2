// apps.tsx
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { useConnectedApps, useRevokeConnectedApp } from '../src/browser/use-connected-apps.ts'

const queryClient = new QueryClient()

export function App() {
  return (
    <QueryClientProvider client={queryClient}>
      <Apps />
    </QueryClientProvider>
  )
}

function Apps() {
  const { data: apps = [] } = useConnectedApps()
  const revoke = useRevokeConnectedApp()
  return apps.map((app) => (
    <button key={app.connected_app_id} onClick={() => revoke.mutate(app)}>
      Disconnect {app.name}
    </button>
  ))
}
