/** A browser's cookies. It supports only the attributes that the service uses. */
export class CookieJar {
  readonly #cookies = new Map<string, { pair: string; path: string }>()

  /** @param lines the values of a response's `Set-Cookie` headers */
  keep(lines: string[]): void {
    for (const line of lines) {
      const [pair = '', ...attributes] = line.split('; ')
      const path = attributes.find((each) => each.startsWith('path='))?.slice('path='.length) ?? '/'
      const key = `${pair.slice(0, pair.indexOf('='))} ${path}`
      const isExpired = attributes.some((each) => each.startsWith('expires=Thu, 01 Jan 1970'))
      if (isExpired) this.#cookies.delete(key)
      else this.#cookies.set(key, { pair, path })
    }
  }

  /** The value of the `Cookie` header for a path. */
  for(path: string): string {
    return [...this.#cookies.values()]
      .filter((each) => path.startsWith(each.path))
      .map(({ pair }) => pair)
      .join('; ')
  }

  /** The values of all cookies except signatures. */
  values(): string[] {
    return [...this.#cookies.values()]
      .filter(({ pair }) => !pair.includes('.sig='))
      .map(({ pair }) => pair.slice(pair.indexOf('=') + 1))
  }
}
