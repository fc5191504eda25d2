// Stands in for the team's own sign-in, which a copy of this example leaves out: anyone who can reach
// it is signed in. So the demo listens on this machine alone.
import { randomUUID } from 'node:crypto'
import { Hono } from 'hono'
import { setCookie } from 'hono/cookie'
import { parse } from 'hono/utils/cookie'
import type { FindMember, SignedInMember } from './backend.ts'

/** Once there are more, the oldest is dropped. */
const MAX_SESSIONS = 1000

/** Sessions of the demo, in memory: a cookie holds an id, never the session token. */
export class DemoSessions {
  readonly #members = new Map<string, SignedInMember>()
  readonly #member: SignedInMember

  constructor(member: SignedInMember) {
    this.#member = member
  }

  readonly findMember: FindMember = (request) => {
    const name = cookieNameOf(request)
    const id = parse(request.headers.get('cookie') ?? '', name)[name]
    return id === undefined ? undefined : this.#members.get(id)
  }

  /** `GET /sign-in`, and `GET /sign-in?member_id=…` as another Member, such as one of the mock's. */
  routes(): Hono {
    const routes = new Hono()
    routes.get('/', (context) => {
      const id = randomUUID()
      const { member_id = this.#member.member_id } = context.req.query()
      this.#members.set(id, { ...this.#member, member_id })
      const [oldest] = this.#members.keys()
      if (oldest !== undefined && this.#members.size > MAX_SESSIONS) this.#members.delete(oldest)
      // With `Strict`, a link on another site would lead to `/` without the cookie, and so into an
      // endless redirect. The backend itself rejects a revoke that another site's page sends.
      const options = { httpOnly: true, sameSite: 'Lax', path: '/' } as const
      setCookie(context, cookieNameOf(context.req.raw), id, options)
      return context.redirect('/')
    })
    return routes
  }
}

/** Browsers send a cookie to every port of a host, so each port has a name of its own. */
function cookieNameOf({ url }: Request): string {
  return `demo_session_${new URL(url).port}`
}
