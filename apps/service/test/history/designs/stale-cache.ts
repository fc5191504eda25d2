import { RightDesign } from './right-design.ts'

const maximumAgeMs = 20

/** Remembers for a moment that a token was alive. */
export class StaleCache extends RightDesign {
  readonly #activeAt = new Map<string, number>()

  override async introspect(token: string): Promise<boolean> {
    const activeAt = this.#activeAt.get(token) ?? -Infinity
    if (performance.now() - activeAt < maximumAgeMs) return true
    const isActive = await super.introspect(token)
    if (isActive) this.#activeAt.set(token, performance.now())
    return isActive
  }
}
