import type { OperationId } from '@connected-apps/contract'
import type { ConnectedAppsError } from './errors.ts'
import { throwArgumentError } from './errors.ts'
import { copyPlainObject, member, orUndefined } from './input.ts'

interface EventBase {
  /** The contract's `operationId`. */
  readonly operationId: OperationId
  /** The same object in every event of one call. Use it as a `WeakMap` key, for example for a span. */
  readonly call: object
  /** The number of the attempt, starting from 1. */
  readonly attempt: number
}

/** An attempt starts. */
export type RequestEvent = EventBase

/** An attempt ended. */
export interface ResponseEvent extends EventBase {
  readonly durationMs: number
  /** The HTTP status, if a response arrived. */
  readonly status_code: number | undefined
  /** The response's `request_id`, if it has one. */
  readonly request_id: string | undefined
  /** Why the attempt failed, or undefined if it succeeded. */
  readonly error: ConnectedAppsError | undefined
}

/** The call is about to be retried. */
export interface RetryEvent extends EventBase {
  /** The delay before the next attempt. */
  readonly delayMs: number
  /** Why the attempt is retried. */
  readonly error: ConnectedAppsError
}

/**
 * Functions that observe calls; they are read once, when the client is created. Their exceptions
 * and rejections are ignored, so that a broken hook never breaks a call. No event contains a
 * secret, session token or JWT.
 */
export interface Hooks {
  /** Called once per attempt, before the request is sent. */
  onRequest?: ((event: RequestEvent) => unknown) | undefined
  /** Called once per attempt, whether or not a response arrived. */
  onResponse?: ((event: ResponseEvent) => unknown) | undefined
  /** Called before each delay, after the attempt's `onResponse`. */
  onRetry?: ((event: RetryEvent) => unknown) | undefined
}

/** The hooks that are set, without a prototype. */
export type ResolvedHooks = Readonly<Hooks>

const HOOK_NAMES = ['onRequest', 'onResponse', 'onRetry'] as const

/** Reads the hooks, which may be those of an instance of a class. */
export function parseHooks(hooks: unknown, where: string): ResolvedHooks {
  // If a getter throws, the names are not checked: an invalid hook is simply never called.
  const ownHooks = orUndefined(() => ({ ...Object(hooks) }) as object)
  copyPlainObject('hooks', ownHooks, where, HOOK_NAMES)
  const resolved = HOOK_NAMES.map((name) => {
    const hook = orUndefined(() => member(hooks, name))
    if (!hook) return [name, undefined]
    if (typeof hook !== 'function') return throwArgumentError(name, 'must be a function', where)
    return [name, (event: unknown) => Reflect.apply(hook, hooks, [event]) as unknown] // its result is ignored
  })
  return { __proto__: null, ...Object.fromEntries(resolved) } as ResolvedHooks
}

/** Calls a hook, if it is set. What it returns, throws or rejects with is ignored. */
export function notify<Name extends keyof Hooks>(
  hooks: ResolvedHooks,
  name: Name,
  event: EventOf<Name>,
): void {
  const hook = hooks[name] as ((event: EventOf<Name>) => unknown) | undefined // safe: the hook of that name
  if (!hook) return
  // The async function turns an exception into a rejection, so that one handler ignores both.
  void (async () => hook(event))().catch(() => undefined)
}

type EventOf<Name extends keyof Hooks> = Parameters<NonNullable<Hooks[Name]>>[0]
