import { Hono } from 'hono'
import { describeWalk, walkText } from './walk.ts'

/** What only the demo serves: its Connected App's callback, and its walk as a script. */
export function demoRoutes(origin: string) {
  const app = new Hono()
  app.get('/callback', (page) => {
    const { code, error = 'no code' } = page.req.query()
    // What stands in an address may come from anybody; so no browser may guess that it is a page.
    return page.text(code ?? `error: ${error}`, 200, { 'x-content-type-options': 'nosniff' })
  })
  app.get('/walk', (page) => {
    const { authorize, steps } = describeWalk(origin)
    return page.text(walkText([authorize, ...steps]))
  })
  return app
}
