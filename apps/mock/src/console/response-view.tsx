import { Fragment } from 'react'
import type { ShownResponse } from './use-call.ts'

/** A response: the headers that matter, and the body. */
export function ResponseView({ response }: { response: ShownResponse }) {
  const { headers, body } = response
  return (
    <div className="response">
      <dl className="facts">
        {headers.map(([name, value]) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>
              <code>{value}</code>
            </dd>
          </Fragment>
        ))}
      </dl>
      <pre className="body" tabIndex={0} role="region" aria-label="Body of the response">
        <code>{highlight(body)}</code>
      </pre>
    </div>
  )
}

/** A name, a text, or another value of JSON. */
const token = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi

/** Colors the names and values of JSON. */
function highlight(text: string) {
  const parts = []
  let end = 0
  for (const match of text.matchAll(token)) {
    const [whole, quoted, colon] = match
    const kind = quoted === undefined ? 'literal' : colon === undefined ? 'string' : 'name'
    const shown = colon === undefined ? whole : quoted
    parts.push(
      text.slice(end, match.index),
      <span key={match.index} className={`json-${kind}`}>
        {shown}
      </span>,
      colon ?? '',
    )
    end = match.index + whole.length
  }
  return [...parts, text.slice(end)]
}
