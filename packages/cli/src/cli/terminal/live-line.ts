import { createLogUpdate } from 'log-update'

const REDRAW_MS = 100
/** How often a line is printed where there is no terminal. */
const LINE_MS = 10_000

export interface LiveLineOptions {
  isQuiet: boolean
  stream?: NodeJS.WriteStream
}

/** A line of progress: redrawn in place on a terminal, printed every few seconds elsewhere. */
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

  /** Clears the line, so that others can write, until it is drawn again. */
  clear(): void {
    this.#log?.clear()
  }

  /** Prints a line that stays, above this one. */
  print(line: string): void {
    this.clear()
    this.#stream.write(`${line}\n`)
    if (this.#log) this.#draw()
  }

  /** Stops drawing; on a terminal the last state stays, or is cleared. */
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
