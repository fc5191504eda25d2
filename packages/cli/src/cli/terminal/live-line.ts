import { createLogUpdate } from 'log-update'

const REDRAW_MS = 100
/** How often a line is printed where there is no terminal. */
const LINE_MS = 10_000

export interface LiveLineOptions {
  isQuiet: boolean
  stream?: NodeJS.WriteStream
}

/** A line that says how far something is: on a terminal drawn anew, elsewhere printed now and then. */
export class LiveLine {
  readonly #render: (isTerminal: boolean) => string
  readonly #stream: NodeJS.WriteStream
  readonly #log: ReturnType<typeof createLogUpdate> | undefined
  readonly #timer: NodeJS.Timeout | undefined

  constructor(
    render: (isTerminal: boolean) => string,
    { isQuiet, stream = process.stderr }: LiveLineOptions,
  ) {
    this.#render = render
    this.#stream = stream
    if (isQuiet) return
    // Some terminals, such as those of containers, say that they have no size.
    if (stream.isTTY && stream.columns > 0 && stream.rows > 0) this.#log = createLogUpdate(stream)
    this.#timer = setInterval(() => this.#draw(), this.#log ? REDRAW_MS : LINE_MS)
  }

  /** Makes room for what is written to standard output, until the next drawing. */
  clear(): void {
    this.#log?.clear()
  }

  /** Prints a line that stays, above this one. */
  print(line: string): void {
    this.clear()
    this.#stream.write(`${line}\n`)
    if (this.#log) this.#draw()
  }

  /** Ends with the last state, which stays, or without a trace on a terminal. */
  stop(end: 'keep' | 'clear' = 'keep'): void {
    if (this.#timer === undefined) return
    clearInterval(this.#timer)
    if (end === 'keep') this.#draw()
    else this.clear()
    this.#log?.done()
  }

  #draw(): void {
    const text = this.#render(this.#log !== undefined)
    if (this.#log) this.#log(text)
    else this.#stream.write(`${text}\n`)
  }
}
