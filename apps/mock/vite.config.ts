import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  root: fileURLToPath(new URL('src/console', import.meta.url)),
  // The files have one address for the pages of all isolation keys, so that they are loaded once.
  base: '/__mock/console/',
  plugins: [react()],
  build: {
    outDir: fileURLToPath(new URL('dist/console', import.meta.url)),
    emptyOutDir: true,
    // Every browser that has `light-dark()` has it, too.
    modulePreload: { polyfill: false },
  },
})
