import type { Operation, OperationId } from '@connected-apps/contract'
import type { OperationMatch } from '@connected-apps/contract/operations'
import { LruMap } from './lru-map.ts'
import type { Scenario } from '../scenario/scenario.ts'

/** How many revoked pairs are kept at most. */
export const maxRevokedPairs = 1000

/** A list in the success of an operation. Its owner is named by the parameter that selects scenarios. */
export interface ListProperty {
  property: 'connected_apps' | 'active_members'
  /** The property that identifies an item. */
  itemId: 'connected_app_id' | 'member_id'
}

/** An item of a list. */
export type ListItem = Readonly<Record<string, unknown>>

const lists: Partial<Record<OperationId, ListProperty>> = {
  getMemberConnectedApps: { property: 'connected_apps', itemId: 'connected_app_id' },
  getOrganizationConnectedApp: { property: 'active_members', itemId: 'member_id' },
}

/** The list in the success of an operation that a revoke changes; undefined if there is none. */
export function listOf({ operationId }: Pick<Operation, 'operationId'>): ListProperty | undefined {
  return lists[operationId]
}

/** Tracks which apps have been revoked for which Members. Ids are compared as strings. */
export class RevokedPairs {
  readonly #pairs = new LruMap<string, Pair>(maxRevokedPairs)

  /** For each owner of a list, the number of the clearing that last restored it. */
  readonly #clearingOf = new LruMap<string, number>(maxRevokedPairs)
  #lastClearingOfAll = 0
  #clearings = 0

  /** How many times lists have been restored. */
  get clearings(): number {
    return this.#clearings
  }

  /**
   * Adds the Member and app of a request if it was a revoke.
   *
   * @param clearings the count when the request arrived; a later clearing takes precedence over it
   */
  add({ operation, path }: OperationMatch, clearings: number): void {
    if (operation.operationId !== 'revokeConnectedApp') return
    const { member_id: member = '', connected_app_id: app = '' } = path
    const pair: Pair = { member_id: member, connected_app_id: app }
    const cleared = Object.entries(pair).map((owner) => this.#clearingOf.get(owner.join('/')) ?? 0)
    if (Math.max(this.#lastClearingOfAll, ...cleared) > clearings) return
    this.#pairs.set(keyOf(pair), pair)
  }

  /** Restores revoked apps: all of them, or those of one Member, or one app for all Members. */
  clear(owner?: Partial<Pair>): void {
    this.#clearings += 1
    if (owner === undefined) this.#lastClearingOfAll = this.#clearings
    for (const entry of Object.entries(owner ?? {})) {
      this.#clearingOf.set(entry.join('/'), this.#clearings)
    }
    for (const pair of this.#pairs.values()) {
      if (isPartOf(owner, pair)) this.#pairs.delete(keyOf(pair))
    }
  }

  /**
   * Returns the body of a success with the list of the scenario, if it has one, without revoked items.
   * Any other body is returned unchanged.
   */
  writeList<Body>(
    { operation, path }: OperationMatch,
    scenario: Scenario | undefined,
    body: Body,
  ): Body {
    const list = listOf(operation)
    if (!list) return body
    const { property, itemId } = list
    const { parameter } = operation.scenarios
    const given = body as Record<string, readonly ListItem[] | undefined> // safe: a success has the property
    const items: readonly ListItem[] = scenario?.[property] ?? given[property] ?? []
    const left =
      this.#pairs.size === 0
        ? items
        : items.filter((item) => {
            const ids = { [parameter]: path[parameter], [itemId]: item[itemId] }
            return !this.#pairs.has(keyOf(ids as unknown as Pair)) // safe: these are the two ids of a pair
          })
    return left === given[property] ? body : { ...body, [property]: left }
  }
}

interface Pair {
  member_id: string
  connected_app_id: string
}

// The contract allows no slash in an id.
function keyOf({ member_id: member, connected_app_id: app }: Pair): string {
  return `${member}/${app}`
}

function isPartOf(owner: Partial<Pair> = {}, pair: Pair): boolean {
  return Object.entries(owner).every(([name, id]) => pair[name as keyof Pair] === id) // safe: `owner` has only the names of a pair
}
