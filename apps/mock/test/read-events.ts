import type { JournalEvent } from '../src/mock/journal-event.ts'

/** A server-sent event of a journal. */
interface ReceivedEvent extends JournalEvent {
  type: string
}

/** The events of a stream that is read by a client other than a browser. */
export async function openEvents(
  url: string,
  headers: Record<string, string> = {},
): Promise<{ next(): Promise<ReceivedEvent>; comments: string[]; close(): void }> {
  const controller = new AbortController()
  const response = await fetch(url, { headers, signal: controller.signal })
  if (response.status !== 200 || !response.body) throw new Error(`got a ${response.status}`)
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  const comments: string[] = []
  let text = ''
  const next = async (): Promise<ReceivedEvent> => {
    for (;;) {
      const [block, rest] = split(text)
      if (block === undefined) {
        const { value, done } = await reader.read()
        if (done) throw new Error('the stream has ended')
        text += value
        continue
      }
      text = rest
      const [, type = '', data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(block) ?? []
      if (type !== '') return { type, ...(JSON.parse(data) as JournalEvent) } // what the mock sends
      comments.push(block)
    }
  }
  return { next, comments, close: () => controller.abort() }
}

function split(text: string): [block: string | undefined, rest: string] {
  const end = text.indexOf('\n\n')
  return end === -1 ? [undefined, text] : [text.slice(0, end), text.slice(end + 2)]
}
