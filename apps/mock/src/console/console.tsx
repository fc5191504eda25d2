import { allOperations, contract } from '@connected-apps/contract/operations'
import { allScenarios } from '@connected-apps/scenarios'
import type { Scenario } from '@connected-apps/scenarios'
import { useEffect, useState } from 'react'
import { baseUrlOf } from '../snippets/call.ts'
import { CallPanel } from './call-panel.tsx'
import { choiceOfPage, firstChoice, hashOf } from './choice.ts'
import type { Choice } from './choice.ts'
import {
  keyOfPage,
  loadScenarios,
  pageOf,
  reloadIfStale,
  resetKey,
  restartSequence,
} from './control.ts'
import { JournalPanel } from './journal-panel.tsx'
import { KeyForm } from './key-form.tsx'
import { ScenarioPicker } from './scenario-picker.tsx'
import { useJournal } from './use-journal.ts'

/** The whole page. Everything on it belongs to one isolation key. */
export function Console() {
  const [key, setKey] = useState(keyOfPage)
  const changeKey = (chosen: string) => {
    history.replaceState(null, '', pageOf(chosen) + location.hash)
    setKey(chosen)
  }
  return (
    <div className="console">
      <header className="masthead">
        <div className="masthead-text">
          <h1>{contract.title} mock</h1>
          <p>
            This server stands in for version {contract.version} of the {contract.title} API. Pick a
            scenario and press <strong>Send</strong>, or point your client at{' '}
            <code>{baseUrlOf({ origin: location.origin, key })}</code>; any project_id and secret
            will do.
          </p>
          <nav aria-label="The contract">
            <a href="/reference">Reference</a>
            <a href="/openapi.yaml">openapi.yaml</a>
            <a href="/openapi.json">openapi.json</a>
          </nav>
        </div>
        <KeyForm isolationKey={key} onChange={changeKey} />
      </header>
      <Workspace key={key} isolationKey={key} />
    </div>
  )
}

function Workspace({ isolationKey }: { isolationKey: string }) {
  const journal = useJournal(isolationKey)
  const scenarios = useScenarios(isolationKey, journal.snapshots)
  const [{ operationId, id }, setChoice] = useChoice()
  const [resets, setResets] = useState(0)

  const operation = allOperations.find((each) => each.operationId === operationId)
  const own = scenarios.filter((each) => each.operationId === operationId)
  // A custom scenario disappears with a reset. The first built-in one replaces it, rather than another
  // custom one, which would be ahead in the list.
  const first = allScenarios.find((each) => each.operationId === operationId)
  const scenario =
    own.find((each) => each.id === id) ?? own.find((each) => each.id === first?.id) ?? own[0]
  if (operation === undefined || scenario === undefined) return null
  const choose = (choice: Choice) => {
    history.replaceState(null, '', hashOf(choice))
    setChoice(choice)
  }
  const afterwards = async (action: Promise<void>) => {
    await action
    setResets((count) => count + 1)
  }
  return (
    <>
      <main className="workspace">
        <ScenarioPicker
          scenarios={own}
          choice={{ operationId, id: scenario.id }}
          onChoose={choose}
        />
        <CallPanel
          key={`${operationId} ${scenario.id}`}
          operation={operation}
          scenario={scenario}
          isolationKey={isolationKey}
          resets={resets}
          onRestart={() => afterwards(restartSequence(isolationKey, scenario))}
        />
        <JournalPanel
          journal={journal}
          isolationKey={isolationKey}
          onReset={() => afterwards(resetKey(isolationKey))}
        />
      </main>
      <nav className="dock" aria-label="Parts of this page">
        <a href="#scenarios">Scenarios</a>
        <a href="#call">Call</a>
        <a href="#journal">
          Journal <span className="count">{journal.total}</span>
        </a>
      </nav>
    </>
  )
}

/** The choice, which follows the address of the page. */
function useChoice() {
  const [choice, setChoice] = useState<Choice>(() => choiceOfPage() ?? firstChoice())
  useEffect(() => {
    // Other fragments are those of the parts of the page.
    const follow = () => setChoice((current) => choiceOfPage() ?? current)
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [])
  return [choice, setChoice] as const
}

/**
 * The scenarios in effect for an isolation key. Until they are loaded, the built-in ones.
 *
 * @param snapshots a number that changes when they may have changed
 */
function useScenarios(key: string, snapshots: number): readonly Scenario[] {
  const [scenarios, setScenarios] = useState(allScenarios)
  useEffect(() => {
    const controller = new AbortController()
    const { signal } = controller
    const load = async () => {
      if (snapshots > 1) await reloadIfStale(key, signal)
      setScenarios(await loadScenarios(key, signal))
    }
    load().catch(() => {
      // The known ones stay; the journal shows that the connection is lost.
    })
    return () => controller.abort()
  }, [key, snapshots])
  return scenarios
}
