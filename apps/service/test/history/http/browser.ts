import { CookieJar } from '../../support/cookie-jar.ts'
import type { WireResponse } from './send.ts'
import { send } from './send.ts'

/**
 * A Member's browser, as far as it keeps cookies. It believes that there is one service, behind
 * whose address any of the instances may answer.
 */
export class Browser {
  readonly #cookies = new CookieJar()
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
    const response = await send(this.#pickInstance() + path, {
      method,
      headers: { cookie: this.#cookies.for(path) },
      ...(form && { form }),
    })
    this.#cookies.keep(response.headers['set-cookie'] ?? [])
    return response
  }
}
