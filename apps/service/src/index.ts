export { startService } from './service.ts'
export type { Service, ServiceOptions } from './service.ts'
export { startEmbeddedPostgres } from './embedded/start.ts'
export type { EmbeddedPostgres } from './embedded/start.ts'
