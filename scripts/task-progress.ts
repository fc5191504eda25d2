import { stripVTControlCharacters } from 'node:util'
import { isStopRequested } from './run-process.mjs'

interface Task {
  output: string[]
  isCached: boolean
  hasFailed: boolean
  isShown: boolean
}

export interface TaskProgressOptions {
  showCached: boolean
  /** The ids of all tasks of the run. */
  list: () => Promise<string[]>
}

/** After this long without a finished task, the unfinished ones are named. */
const silenceMs = 30_000

/** Prints a line for each task that turbo has finished, and the output of those that failed. */
export class TaskProgress {
  readonly #options: TaskProgressOptions
  readonly #tasks = new Map<string, Task>()
  readonly #silence: NodeJS.Timeout
  #current: string | undefined
  #idle: NodeJS.Timeout | undefined

  constructor(options: TaskProgressOptions) {
    this.#options = options
    this.#silence = setInterval(() => void this.#nameUnfinished(), silenceMs)
  }

  /**
   * Reads a line of turbo's standard output. With `--log-order=grouped` it writes the whole output
   * of a task once the task is finished, each line behind the name of the task.
   */
  onOutput(line: string): void {
    clearTimeout(this.#idle)
    const [, name, text = ''] = /^((?:@[^\s:]+|\/\/):\S+?): (.*)$/.exec(line) ?? []
    if (name === undefined) {
      this.#show()
      const [, failed] = /^Failed: +(.*)/.exec(line) ?? []
      for (const id of failed?.split(', ') ?? []) this.#task(id).hasFailed = true
      // turbo's summary of the run repeats what the lines of the tasks have shown.
      if (!/^\s*(?:•|(?:Tasks|Cached|Time|Failed):|$)/.test(line)) console.log(line)
      return
    }
    const id = name.replace(':', '#')
    if (id !== this.#current) this.#show()
    this.#current = id
    const task = this.#task(id)
    if (/^cache (?:hit|miss|bypass)/.test(text)) task.isCached = text.startsWith('cache hit')
    else task.output.push(text)
    if (text.startsWith('[ELIFECYCLE]')) task.hasFailed = true
    this.#idle = setTimeout(() => this.#show(), 100)
  }

  /** Reads a line of turbo's standard error. */
  onError(line: string): void {
    const [, id] = /^(\S+#\S+?): +ERROR +command/.exec(line) ?? []
    if (id !== undefined) this.#task(id).hasFailed = true
    else if (!/command finished with error|run failed: command/.test(line)) console.error(line)
  }

  /** Call it when turbo has ended. */
  end(): void {
    clearInterval(this.#silence)
    clearTimeout(this.#idle)
    this.#show()
    // turbo may report a failure only after the output of the task.
    for (const [id, task] of this.#tasks) {
      if (task.hasFailed && !task.isShown && !isStopRequested()) this.#print(id, task)
    }
  }

  #task(id: string): Task {
    const task = this.#tasks.get(id) ?? {
      output: [],
      isCached: false,
      hasFailed: false,
      isShown: false,
    }
    this.#tasks.set(id, task)
    return task
  }

  /** Prints the task whose output has come last. */
  #show(): void {
    if (this.#current === undefined) return
    const id = this.#current
    this.#current = undefined
    const task = this.#task(id)
    // A task that was stopped looks as if it had passed.
    if (isStopRequested()) return
    if (!task.isShown && (task.hasFailed || !task.isCached || this.#options.showCached)) {
      this.#print(id, task)
    }
  }

  #print(id: string, task: Task): void {
    this.#silence.refresh()
    const summary = [...testCounts(task.output), ...(task.isCached ? ['cached'] : [])].join(', ')
    console.log(`${task.hasFailed ? '✗' : '✓'} ${readableName(id)}${summary && `  (${summary})`}`)
    if (!task.hasFailed) return
    task.isShown = true
    for (const line of task.output) console.log(`  ${line}`)
  }

  async #nameUnfinished(): Promise<void> {
    const ids = await this.#options.list()
    const unfinished = ids.filter((id) => !this.#tasks.has(id)).map(readableName)
    if (unfinished.length > 0) console.log(`… not finished: ${unfinished.join(', ')}`)
  }
}

/** `@connected-apps/client#test` is `client test`, and `//#check` is `root check`. */
function readableName(id: string): string {
  return id.replace('//', 'root').replace('@connected-apps/', '').replace('#', ' ')
}

/** The counts in vitest's summary of a run, such as `24 passed` and `2.10s`. */
function testCounts(output: string[]): string[] {
  const text = stripVTControlCharacters(output.join('\n'))
  const counts = [/^ +Tests +(.*?)(?: \(\d+\))?$/m, /^ +Duration +(\S+)/m]
  return counts.flatMap((pattern) => pattern.exec(text)?.slice(1) ?? [])
}
