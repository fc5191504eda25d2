import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { BareLoad } from './bare-load.ts'
import { cpuMsOf, cpuMsOfPostgres } from './cpu.ts'
import type { HttpLoad } from './http-load.ts'

/** How long each load runs until it is the next one's turn, and how often it has a turn. */
const turnMs = 200
const turns = 15
/** The code of a server is slower until V8 has compiled it, and a batch runs it only once for many calls. */
const warmUps = 15

const script = fileURLToPath(new URL('load-process.ts', import.meta.url))

export type Load = BareLoad | HttpLoad

/** What one turn of a load was. */
export interface Turn {
  /** One for each call. */
  latenciesMs: number[]
  durationMs: number
  /** Of the process that sends the load. */
  cpuMs: number
}

export interface LoadResult {
  perSecond: number
  p50Ms: number
  p99Ms: number
  /**
   * The CPU time of each call, by the process that it was spent in: the server that the load is sent to,
   * if that is not PostgreSQL itself; PostgreSQL; the load. NaN except on Linux.
   */
  cpuUs: { server: number; postgres: number; load: number }
}

/**
 * Measures loads that take short turns, so that other work on the machine affects all of them alike. Each
 * is sent by a process of its own, whose code is warm and whose connections stay open.
 *
 * @param postmaster the process id of the PostgreSQL server that all of them end up at
 */
export async function measureInTurns<Loads extends Load[]>(
  postmaster: number,
  loads: [...Loads],
): Promise<{ [L in keyof Loads]: LoadResult }> {
  const senders = await Promise.all(loads.map(startSender))
  const measured = loads.map((): MeasuredTurn[] => [])
  try {
    for (let turn = -warmUps; turn < turns; turn += 1) {
      for (const [index, sender] of senders.entries()) {
        const result = await measureTurn(postmaster, sender)
        if (turn >= 0) measured[index]?.push(result)
      }
    }
  } finally {
    for (const { child } of senders) if (child.connected) child.disconnect()
  }
  return measured.map(summarize) as { [L in keyof Loads]: LoadResult } // one for each load
}

/** The process that sends a load. */
interface Sender {
  child: ChildProcess
  /** Rejects when the process has ended, which it does early only if a call failed. */
  ended: Promise<never>
  serverPid: number | undefined
}

interface MeasuredTurn extends Turn {
  serverCpuMs: number
  postgresCpuMs: number
}

async function startSender(load: Load): Promise<Sender> {
  const child = fork(script)
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('a load has failed')))
  ended.catch(() => undefined) // it ends in any case, and only matters to who waits for a response
  const serverPid = load.kind === 'http' ? load.server.pid : undefined
  const sender = { child, ended, serverPid }
  await command(sender, load)
  return sender
}

async function measureTurn(postmaster: number, sender: Sender): Promise<MeasuredTurn> {
  const { serverPid } = sender
  const readCpu = () =>
    Promise.all([serverPid === undefined ? 0 : cpuMsOf(serverPid), cpuMsOfPostgres(postmaster)])
  const [server, postgres] = await readCpu()
  const turn = (await command(sender, { turnMs })) as Turn // load-process.ts responds with nothing else
  const [serverAfter, postgresAfter] = await readCpu()
  return { ...turn, serverCpuMs: serverAfter - server, postgresCpuMs: postgresAfter - postgres }
}

/** Sends a message to the process. @returns its response */
async function command(
  { child, ended }: Sender,
  message: Load | { turnMs: number },
): Promise<unknown> {
  const response = once(child, 'message')
  child.send(message)
  const [value] = await Promise.race([response, ended])
  return value
}

function summarize(measured: MeasuredTurn[]): LoadResult {
  const latenciesMs = measured.flatMap((turn) => turn.latenciesMs).toSorted((a, b) => a - b)
  const calls = latenciesMs.length
  const sum = (valueOf: (turn: MeasuredTurn) => number): number =>
    measured.reduce((total, turn) => total + valueOf(turn), 0)
  const quantile = (part: number): number => latenciesMs[Math.floor(calls * part)] ?? Number.NaN
  return {
    perSecond: calls / (sum(({ durationMs }) => durationMs) / 1000),
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    cpuUs: {
      server: (sum(({ serverCpuMs }) => serverCpuMs) * 1000) / calls,
      postgres: (sum(({ postgresCpuMs }) => postgresCpuMs) * 1000) / calls,
      load: (sum(({ cpuMs }) => cpuMs) * 1000) / calls,
    },
  }
}
