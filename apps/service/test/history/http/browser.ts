import { CookieJar } from '../../support/cookie-jar.ts'
import type { RawResponse } from './send.ts'
import { send } from './send.ts'

/**
 * A Member's browser, as far as it keeps cookies. Each of its requests goes to any of the instances,
 * as if a load balancer were in front of them.
 */
export class Browser {
  readonly #cookies = new CookieJar()
  readonly #pickInstance: () => string

  constructor(pickInstance: () => string) {
    this.#pickInstance = pickInstance
  }

  /** Requests a path, without following redirects. */
  get(path: string): Promise<RawResponse> {
    return this.#send('GET', path)
  }

  /** Submits a form. */
  post(path: string, form: Record<string, string>): Promise<RawResponse> {
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
