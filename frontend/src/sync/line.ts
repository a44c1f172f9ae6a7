// One socket for all texts of a page: opens, listens, closes, tries again.
import { pong, read, type Frame } from "./frames"

/** Why a socket or a text was closed; numbers are the wire's close codes. */
export interface Stop {
  readonly code: number
  readonly reason: string
}

export interface Party {
  readonly name: string
  /** Something of it was not taken just now. */
  readonly isDeclined: boolean
  /** Something of it waits to be saved. */
  readonly owes: boolean
  /** How many people are here as far as is known, and so lose the server together. */
  readonly crowd: number
  opened(): void
  /** The socket is gone; `stop` when the server said that trying again is of no use. */
  closed(stop: Stop | null): void
  receive(frame: Frame): void
  /** Sends something that the server has to answer. */
  poke(): void
}

export const SIGNED_OUT = 4401
export const NOT_ALLOWED = 4403
export const OUTDATED = 4409
export const REFUSED = 4422
export const TOO_BIG = 1009
const SLOW = 1013
const RESTART = 1012
const FINAL: readonly number[] = [SIGNED_OUT, NOT_ALLOWED, OUTDATED]
const REFUSALS: readonly number[] = [REFUSED, TOO_BIG]

// milliseconds
const FIRST_WAIT = 500
const LONGEST_WAIT = 30_000
const SLOW_WAIT = 5_000
const RESTART_WAIT = 300
const RESTART_SPREAD = 3_000
const SPREAD_EACH = 25
const QUIET = 25_000
const PATIENCE = 10_000
const FIRST_WAITS: ReadonlyMap<number, number> = new Map([
  [SLOW, SLOW_WAIT],
  [RESTART, RESTART_WAIT],
])

export class Line {
  private socket: WebSocket | null = null
  private readonly parties = new Map<string, Party>()
  private attempts = 0
  /** Milliseconds over which those who lost the server together come back, so that it is not overrun. */
  private spread = 0
  private retry: ReturnType<typeof setTimeout> | null = null
  private watch: ReturnType<typeof setTimeout> | null = null
  private final: Stop | null = null

  constructor(
    private readonly url: string,
    private readonly onOpen: () => void = () => {},
  ) {
    addEventListener("online", this.online)
    addEventListener("offline", this.offline)
  }

  get isOpen(): boolean {
    return this.socket?.readyState === WebSocket.OPEN
  }

  join(party: Party): void {
    this.parties.set(party.name, party)
    if (this.final) party.closed(this.final)
    else if (this.isOpen) party.opened()
    else this.connect()
  }

  part(party: Party): void {
    if (this.parties.get(party.name) === party) this.parties.delete(party.name)
  }

  send(frame: Uint8Array): void {
    if (this.isOpen) this.socket?.send(frame as Uint8Array<ArrayBuffer>)
  }

  /** Drops the socket and opens another, without waiting. */
  reconnect(): void {
    this.attempts = 0
    this.drop(null)
    this.connect()
  }

  destroy(): void {
    removeEventListener("online", this.online)
    removeEventListener("offline", this.offline)
    this.final = { code: 1000, reason: "" }
    this.drop(null)
    this.parties.clear()
  }

  private readonly online = (): void => {
    if (!this.isOpen) this.reconnect()
  }

  private readonly offline = (): void => {
    this.drop(null)
    this.again(FIRST_WAIT)
  }

  private connect(): void {
    if (this.socket || this.final) return
    if (this.retry) clearTimeout(this.retry)
    this.retry = null
    const socket = new WebSocket(this.url)
    socket.binaryType = "arraybuffer"
    this.socket = socket
    socket.onopen = () => this.opened(socket)
    socket.onmessage = event => this.received(socket, event.data as ArrayBuffer)
    socket.onclose = event => this.closed(socket, event)
  }

  private opened(socket: WebSocket): void {
    if (socket !== this.socket) return
    this.onOpen()
    this.listen()
    for (const party of [...this.parties.values()]) party.opened()
  }

  private received(socket: WebSocket, data: ArrayBuffer): void {
    if (socket !== this.socket) return
    this.attempts = this.spread = 0
    this.listen()
    const [name, frame] = read(new Uint8Array(data))
    if (frame.type === "ping") this.send(pong())
    else this.parties.get(name)?.receive(frame)
  }

  /** Nothing heard for a while: ask something; still nothing: the line is dead, whatever the system says. */
  private listen(): void {
    if (this.watch) clearTimeout(this.watch)
    this.watch = setTimeout(() => {
      this.watch = setTimeout(() => this.reconnect(), PATIENCE)
      this.parties.values().next().value?.poke()
    }, QUIET)
  }

  private closed(socket: WebSocket, event: CloseEvent): void {
    if (socket !== this.socket) return
    const stop = { code: event.code, reason: event.reason }
    this.spread = Math.max(this.spread, this.spreadAfter(stop))
    if (FINAL.includes(event.code)) this.final = stop
    this.drop(this.final ?? (REFUSALS.includes(event.code) ? stop : null))
    if (!this.final) this.again(FIRST_WAITS.get(event.code) ?? FIRST_WAIT)
  }

  /** A server that restarts says over how many seconds, in its reason: it knows how many there are. */
  private spreadAfter(stop: Stop): number {
    const told = stop.code === RESTART ? Number(/ (\d{1,3})$/.exec(stop.reason)?.[1] ?? 0) * 1000 || RESTART_SPREAD : 0
    const crowd = Math.max(0, ...[...this.parties.values()].map(party => party.crowd))
    return Math.min(LONGEST_WAIT, Math.max(told, crowd * SPREAD_EACH))
  }

  private drop(stop: Stop | null): void {
    if (this.watch) clearTimeout(this.watch)
    if (this.retry) clearTimeout(this.retry)
    this.watch = this.retry = null
    const socket = this.socket
    this.socket = null
    socket?.close()
    if (!socket) return
    const parties = [...this.parties.values()]
    const concerned = new Set(stop && REFUSALS.includes(stop.code) ? refused(parties) : parties)
    for (const party of parties) party.closed(concerned.has(party) ? stop : null)
  }

  private again(wait: number): void {
    if (!this.parties.size || this.final) return
    const longest = Math.min(LONGEST_WAIT, Math.max(wait, FIRST_WAIT) * 2 ** this.attempts++)
    const spread = Math.max(this.spread, longest - wait / 2)
    this.retry = setTimeout(() => this.connect(), wait + Math.random() * spread)
  }
}

/** A refusal closes the whole socket. It concerns the text that was declined just before; where none was, because the
 *  frame could not even be read, those that have something to save. */
function refused(parties: readonly Party[]): Party[] {
  const declined = parties.filter(party => party.isDeclined)
  return declined.length ? declined : parties.filter(party => party.owes)
}
