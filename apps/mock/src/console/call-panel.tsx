import type { Operation } from '@connected-apps/contract'
import type { Scenario } from '@connected-apps/scenarios'
import { useEffect, useReducer, useRef, useState } from 'react'
import { listWith, requestOf } from '../snippets/call.ts'
import { hashOf } from './choice.ts'
import { PreferenceFields, toPrefer } from './preference-fields.tsx'
import { ResponseView } from './response-view.tsx'
import { StatusRow } from './scenario-picker.tsx'
import { SnippetTabs } from './snippet-tabs.tsx'
import { StatusChip } from './status-chip.tsx'
import { useCall } from './use-call.ts'
import type { ShownResponse } from './use-call.ts'

/** How many of the latest responses are listed. */
const maxHistory = 8

interface CallPanelProps {
  operation: Operation
  scenario: Scenario
  isolationKey: string
  /** Changes when the earlier responses are to be cleared. */
  resets: number
  /** Restarts the sequence of the scenario. */
  onRestart: () => Promise<void>
}

/** The selected call: sends it, and shows its responses and its code. */
export function CallPanel(props: CallPanelProps) {
  const { operation, scenario, isolationKey, resets, onRestart } = props
  const [preference, setPreference] = useState({ example: '', waitSeconds: '' })
  const prefer = toPrefer(preference)
  const call = {
    origin: location.origin,
    key: isolationKey,
    operation,
    scenario,
    ...(prefer !== undefined && { prefer }),
  }
  const { responses, isPending, failure, send, cancel } = useCall(resets)
  const latest = responses.at(-1)
  const seconds = useSecondsUntil(latest?.retry?.at)
  const { method, target } = requestOf(call)
  const head = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // On a narrow screen the response is below the fold.
    if (latest) head.current?.scrollIntoView({ block: 'nearest' })
  }, [latest])
  const { length } = scenario.responses
  const hasEnded = length > 1 && responses.length >= length && prefer === undefined
  return (
    <section className="call" id="call" aria-labelledby="call-title">
      <div className="card call-head">
        <div className="call-summary">
          <h2 id="call-title">{operation.summary}</h2>
          <p className="call-scenario">
            {scenario.title} <StatusRow scenario={scenario} />
          </p>
        </div>
        <div className="actions">
          <button
            type="button"
            className="button"
            data-tone="primary"
            aria-disabled={isPending}
            onClick={() => {
              if (!isPending) void send(call)
            }}
          >
            {isPending && <span className="spinner" aria-hidden="true" />}
            {isPending ? 'Sending…' : seconds > 0 ? 'Send anyway' : 'Send'}
          </button>
          {isPending && (
            <button type="button" className="button" onClick={cancel}>
              Cancel
            </button>
          )}
        </div>
        <p className="request-line">
          <span className="method">{method}</span> <code>{emphasize(target, scenario.id)}</code>
        </p>
        <ScenarioHint scenario={scenario} />
        <PreferenceFields operation={operation} value={preference} onChange={setPreference} />
      </div>

      <div className="card">
        <div className="card-head response-head" ref={head}>
          <h2>Response</h2>
          {latest && (
            <>
              <History responses={responses} />
              <span className="time">{latest.durationMs} ms</span>
            </>
          )}
        </div>
        <div role="status" className="visually-hidden">
          {isPending && 'Sending'}
          {!isPending && latest && describe(latest, seconds)}
        </div>
        <div role="alert">
          {failure !== undefined && (
            <p className="notice" data-tone="danger">
              {failure}
            </p>
          )}
        </div>
        {latest?.retry && <RetryNotice seconds={seconds} />}
        {hasEnded && <EndNotice onRestart={onRestart} />}
        {latest ? (
          <ResponseView response={latest} />
        ) : (
          failure === undefined && (
            <p className="empty">
              {isPending ? 'Waiting for the response…' : 'Press Send to see the response.'}
            </p>
          )
        )}
      </div>

      <SnippetTabs call={call} />
    </section>
  )
}

/** How a client selects the scenario, and which list a revoke of its app changes. */
function ScenarioHint({ scenario }: { scenario: Scenario }) {
  const list = listWith(scenario)
  return (
    <p className="hint">
      Any request with this <code>{scenario.parameter}</code> selects the scenario.
      {list && (
        <>
          {' '}
          The Member’s list of apps: <a href={hashOf(list)}>{list.title}</a>.
        </>
      )}
    </p>
  )
}

/** The statuses of the latest responses to the call; the last is that of the response shown. */
function History({ responses }: { responses: readonly ShownResponse[] }) {
  return (
    <ol className="chips history" aria-label="Responses so far">
      {responses.slice(-maxHistory).map(({ number, status }) => (
        <li key={number}>
          <StatusChip status={status} />
        </li>
      ))}
    </ol>
  )
}

/** Shown after the last response of a sequence, which all further requests get. */
function EndNotice({ onRestart }: Pick<CallPanelProps, 'onRestart'>) {
  const [hasFailed, setHasFailed] = useState(false)
  return (
    <div className="notice" data-tone={hasFailed ? 'danger' : 'warning'}>
      {hasFailed
        ? 'The restart failed. Is the mock still running?'
        : 'The sequence has ended and repeats its last response.'}{' '}
      <button
        type="button"
        className="button"
        onClick={() => void onRestart().catch(() => setHasFailed(true))}
      >
        Restart
      </button>
    </div>
  )
}

/** Counts down to the next request that `Retry-After` allows. */
function RetryNotice({ seconds }: { seconds: number }) {
  return (
    // The live region above announces the start and the end; a screen reader would read out each second.
    <p className="notice" data-tone={seconds > 0 ? 'warning' : 'success'} aria-hidden="true">
      {seconds > 0 ? (
        <>
          <code>Retry-After</code>: you can retry in <span className="countdown">{seconds} s</span>.
        </>
      ) : (
        'You can retry now.'
      )}
    </p>
  )
}

/** The whole seconds until a time in milliseconds since 1970; 0 afterwards, and without a time. */
function useSecondsUntil(time = 0): number {
  const [, renderAgain] = useReducer((count: number) => count + 1, 0)
  useEffect(() => {
    if (time <= Date.now()) return undefined
    const timer = setInterval(() => {
      renderAgain()
      if (time <= Date.now()) clearInterval(timer)
    }, 200)
    return () => clearInterval(timer)
  }, [time])
  return Math.max(0, Math.ceil((time - Date.now()) / 1000))
}

function describe({ number, status, durationMs, retry }: ShownResponse, seconds: number): string {
  const response = `Response ${number}: ${status}, after ${durationMs} ms.`
  if (!retry) return response
  if (seconds === 0) return `${response} You can retry now.`
  return `${response} You can retry in ${retry.afterSeconds} s.`
}

/** Makes the id that selects the scenario stand out in a path. */
function emphasize(target: string, id: string) {
  const [before = '', ...after] = target.split(encodeURIComponent(id))
  if (after.length === 0) return target
  return (
    <>
      {before}
      <b>{encodeURIComponent(id)}</b>
      {after.join(encodeURIComponent(id))}
    </>
  )
}
