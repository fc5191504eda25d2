import { Component, StrictMode } from 'react'
import type { ReactNode } from 'react'
import { createRoot } from 'react-dom/client'
import { Console } from './console.tsx'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')

/** Shows what went wrong, where React would show nothing. */
class Boundary extends Component<{ children: ReactNode }, { message?: string }> {
  static getDerivedStateFromError(error: unknown) {
    return { message: error instanceof Error ? error.message : String(error) }
  }

  override state: { message?: string } = {}

  override render() {
    const { message } = this.state
    if (message === undefined) return this.props.children
    return (
      <main className="console">
        <h1>This page has failed</h1>
        <p>{message}</p>
        <button type="button" className="button" onClick={() => location.reload()}>
          Reload
        </button>
      </main>
    )
  }
}

createRoot(root).render(
  <StrictMode>
    <Boundary>
      <Console />
    </Boundary>
  </StrictMode>,
)
