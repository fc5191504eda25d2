// Stands in for the team's own sign-in, which a copy of this example leaves out: anyone who can reach
// it is signed in. So the demo listens on this machine alone.
import { randomUUID } from 'node:crypto'
import { Hono } from 'hono'
import { setCookie } from 'hono/cookie'
import { parse } from 'hono/utils/cookie'
import type { FindMember, SignedInMember } from './backend.ts'

const COOKIE = 'demo_session'

/** Sessions of the demo, in memory: a cookie holds an id, never the session token. */
export class DemoSessions {
  readonly #members = new Map<string, SignedInMember>()
  readonly #member: SignedInMember

  constructor(member: SignedInMember) {
    this.#member = member
  }

  readonly findMember: FindMember = (request) => {
    const id = parse(request.headers.get('cookie') ?? '', COOKIE)[COOKIE]
    return id === undefined ? undefined : this.#members.get(id)
  }

  /** `GET /sign-in`, and `GET /sign-in?member_id=…` as another Member, such as one of the mock's. */
  routes(): Hono {
    const routes = new Hono()
    routes.get('/', (context) => {
      const id = randomUUID()
      const { member_id = this.#member.member_id } = context.req.query()
      this.#members.set(id, { ...this.#member, member_id })
      setCookie(context, COOKIE, id, { httpOnly: true, sameSite: 'Strict', path: '/' })
      return context.redirect('/')
    })
    return routes
  }
}
