export { startService } from './service.ts'
export type { Service, ServiceOptions } from './service.ts'
export type { ActiveTokenResponse } from './oauth/introspection/endpoint.ts'
export { startEmbeddedPostgres } from './postgres/embedded/start.ts'
export type { EmbeddedPostgres } from './postgres/embedded/start.ts'
export {
  addConnectedApp,
  addMember,
  addOrganization,
  addProject,
  addResourceServer,
  addSession,
  ProvisionError,
  replaceSessionKeys,
} from './provision/resources.ts'
export type {
  NewConnectedApp,
  NewMember,
  NewOrganization,
  NewProject,
  NewResourceServer,
  NewSession,
} from './provision/resources.ts'
export { replaceKeys, rotateKeys } from './provision/rotate-keys.ts'
export {
  cancelSecretRotation,
  finishSecretRotation,
  startSecretRotation,
} from './provision/rotate-secret.ts'
export type { SecretOwner } from './provision/rotate-secret.ts'
