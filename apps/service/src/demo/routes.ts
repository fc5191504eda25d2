import { Hono } from 'hono'
import { describeWalk, walkText } from './walk.ts'

/** What only the demo serves: its Connected App's callback, and its walk as a script. */
export function demoRoutes(origin: string) {
  const app = new Hono()
  app.get('/callback', (page) => page.text(page.req.query('code') ?? 'no code'))
  app.get('/walk', (page) => {
    const { authorize, steps } = describeWalk(origin)
    return page.text(walkText([authorize, ...steps]))
  })
  return app
}
