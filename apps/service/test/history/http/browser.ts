import type { WireResponse } from './wire.ts'
import { send } from './wire.ts'

/**
 * A Member's browser, as far as it keeps cookies. It believes that there is one service, behind
 * whose address any of the instances may answer.
 */
export class Browser {
  readonly #cookies = new Map<string, { pair: string; path: string }>()
  readonly #pickInstance: () => string

  constructor(pickInstance: () => string) {
    this.#pickInstance = pickInstance
  }

  /** Opens a path without following where its answer leads. */
  get(path: string): Promise<WireResponse> {
    return this.#send('GET', path)
  }

  /** Sends a form. */
  post(path: string, form: Record<string, string>): Promise<WireResponse> {
    return this.#send('POST', path, form)
  }

  async #send(method: string, path: string, form?: Record<string, string>) {
    const cookie = [...this.#cookies.values()]
      .filter((each) => path.startsWith(each.path))
      .map((each) => each.pair)
      .join('; ')
    const response = await send(this.#pickInstance() + path, {
      method,
      headers: { cookie },
      ...(form && { form }),
    })
    for (const line of response.headers['set-cookie'] ?? []) this.#keep(line)
    return response
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split('; ')
    const path = attributes.find((each) => each.startsWith('path='))?.slice('path='.length) ?? '/'
    const key = `${pair.slice(0, pair.indexOf('='))} ${path}`
    if (attributes.some((each) => each.startsWith('expires=Thu, 01 Jan 1970'))) {
      this.#cookies.delete(key)
    } else {
      this.#cookies.set(key, { pair, path })
    }
  }
}
