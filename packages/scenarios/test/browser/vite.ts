import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { createLogger } from 'vite'
import type { InlineConfig, Logger, Plugin } from 'vite'

/** The package of a version of MSW. */
export type MswPackage = 'msw' | 'msw-2'

export interface ViteProject {
  config: InlineConfig
  /** What Vite has warned of so far. */
  warnings: string[]
}

/** Vite as apps use it, for the pages `/stories` and `/worker` of this directory. */
export function viteProject(msw: MswPackage): ViteProject {
  const warnings: string[] = []
  const warn = (message: string) => void warnings.push(message)
  const logger: Logger = createLogger('silent')
  const config: InlineConfig = {
    configFile: false,
    root: fileURLToPath(new URL('../..', import.meta.url)),
    cacheDir: `node_modules/.cache/vite-${msw}`,
    customLogger: { ...logger, warn, warnOnce: warn, error: warn },
    resolve: { alias: [{ find: /^msw(?=\/|$)/, replacement: msw }] },
    plugins: [pages(msw)],
    server: { host: '127.0.0.1', port: 0, hmr: false, watch: null },
    optimizeDeps: { entries: ['test/browser/{stories,worker}.ts'] },
    build: {
      write: false,
      rolldownOptions: {
        input: ['test/browser/stories.ts', 'test/browser/worker.ts'],
      },
    },
  }
  return { config, warnings }
}

/** What an app has in `index.html` and `public/`. */
function pages(msw: MswPackage): Plugin {
  return {
    name: 'pages',
    configureServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        const [, name = ''] = /^\/(stories|worker)(?:\?|$)/.exec(request.url ?? '') ?? []
        if (request.url === '/mockServiceWorker.js') {
          const file = fileURLToPath(import.meta.resolve(`${msw}/mockServiceWorker.js`))
          response.setHeader('content-type', 'text/javascript')
          void readFile(file).then((text) => response.end(text), next)
        } else if (name !== '') {
          const script = `<script type="module" src="/test/browser/${name}.ts"></script>`
          response.setHeader('content-type', 'text/html')
          response.end(`<!doctype html><link rel="icon" href="data:,"><body></body>${script}`)
        } else next()
      })
    },
  }
}
