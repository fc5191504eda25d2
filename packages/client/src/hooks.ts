import type { operation } from '@connected-apps/contract'
import type { ConnectedAppsError } from './errors.ts'

interface Observed {
  /** The contract's `operationId`. */
  readonly operationId: typeof operation.operationId
  /** The same object in each event of one call, so that a `WeakMap` can hold your span. */
  readonly call: object
  /** Which attempt, from 1. */
  readonly attempt: number
}

/** An attempt begins. */
export type RequestEvent = Observed

/** An attempt is over. */
export interface ResponseEvent extends Observed {
  readonly durationMs: number
  /** The HTTP status, where an answer arrived. */
  readonly status_code: number | undefined
  /** The answer's `request_id`, where it has one. */
  readonly request_id: string | undefined
  /** What went wrong, unless the access is revoked. */
  readonly error: ConnectedAppsError | undefined
}

/** The call waits before its next attempt. */
export interface RetryEvent extends Observed {
  readonly waitMs: number
  /** Why the attempt is repeated. */
  readonly error: ConnectedAppsError
}

/**
 * Functions that watch calls. What they throw, or reject with, is dropped: a broken hook never
 * breaks a call. No event has a secret, a session token or a JWT in it.
 */
export interface Hooks {
  /** Once for each attempt, before it is sent. */
  onRequest?: ((event: RequestEvent) => unknown) | undefined
  /** Once for each attempt, whether or not an answer arrived. */
  onResponse?: ((event: ResponseEvent) => unknown) | undefined
  /** Before each wait, after the attempt's `onResponse`. */
  onRetry?: ((event: RetryEvent) => unknown) | undefined
}

export function notify<Name extends keyof Hooks>(
  hooks: { [Each in Name]?: ((event: EventOf<Name>) => unknown) | undefined },
  name: Name,
  event: EventOf<Name>,
): void {
  // An async function turns a throw into a rejection, so that one handler drops both.
  void (async () => hooks[name]?.(event))().catch(() => undefined)
}

type EventOf<Name extends keyof Hooks> = Parameters<NonNullable<Hooks[Name]>>[0]
