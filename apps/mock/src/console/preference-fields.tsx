import type { Operation } from '@connected-apps/contract'
import { maxWaitSeconds } from '@connected-apps/scenarios'
import { useId } from 'react'

/** The response to send in place of the scenario's; empty strings for no preference. */
interface Preference {
  example: string
  waitSeconds: string
}

interface PreferenceFieldsProps {
  operation: Operation
  value: Preference
  onChange: (value: Preference) => void
}

/** Overrides the response of the scenario with any other of the operation, and delays it. */
export function PreferenceFields({ operation, value, onChange }: PreferenceFieldsProps) {
  const [exampleId, waitId] = [useId(), useId()]
  const prefer = toPrefer(value)
  return (
    <details className="preferences">
      <summary>
        {prefer === undefined ? (
          'Override the response, or delay it'
        ) : (
          <>
            Sent with <code>Prefer: {prefer}</code>
          </>
        )}
      </summary>
      <div className="fields">
        <div className="field">
          <label htmlFor={exampleId}>Response</label>
          <select
            id={exampleId}
            value={value.example}
            onChange={(event) => onChange({ ...value, example: event.target.value })}
          >
            <option value="">From the scenario</option>
            {Object.entries(operation.examples).map(([name, { status, scenario }]) => (
              <option key={name} value={name}>
                {status} {scenario.title}
              </option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor={waitId}>Delay in seconds</label>
          <input
            id={waitId}
            type="number"
            inputMode="numeric"
            min={0}
            max={maxWaitSeconds}
            placeholder="0"
            value={value.waitSeconds}
            onChange={(event) => onChange({ ...value, waitSeconds: event.target.value })}
          />
        </div>
      </div>
    </details>
  )
}

/** The value of the header `Prefer` (RFC 7240); undefined if nothing is preferred. */
export function toPrefer({ example, waitSeconds }: Preference): string | undefined {
  const parts = [
    ...(example === '' ? [] : [`example=${example}`]),
    ...(Number(waitSeconds) > 0 ? [`wait=${waitSeconds}`] : []),
  ]
  return parts.length === 0 ? undefined : parts.join(', ')
}
