import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const backend = 'http://127.0.0.1:4030'

export default defineConfig({
  root: fileURLToPath(new URL('src/browser', import.meta.url)),
  plugins: [react()],
  build: {
    outDir: fileURLToPath(new URL('dist/browser', import.meta.url)),
    emptyOutDir: true,
    // Every browser that has `<dialog>` and `light-dark()` has it, too.
    modulePreload: { polyfill: false },
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': backend, '/sign-in': backend },
  },
})
