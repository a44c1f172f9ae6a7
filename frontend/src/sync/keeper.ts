// Keeps one text on the device: its last known state, and each pending change until the server confirms it.
import * as Y from "yjs"
import { FROM_DEVICE } from "./channel"
import type { Keeping } from "./keeping"
import type { Outbox } from "./outbox"

// milliseconds
const CHANGE_WAIT = 400 // most changes are confirmed sooner, and need not be written at all
const BASE_WAIT = 3_000

interface Row {
  readonly key: number
  /** Number of the last change in it. */
  readonly last: number
}

export class Keeper {
  /** Whether the device keeps what it is given; false after a failure. */
  works: boolean
  /** The epoch of the text: raised by the server when it restores a backup, and with it all that was kept is old. */
  epoch = 0
  private rows: Row[] = []
  private kept = 0
  private hasBase = false
  private timer: ReturnType<typeof setTimeout> | null = null
  private baseTimer: ReturnType<typeof setTimeout> | null = null
  private writing: Promise<void> = Promise.resolve()

  constructor(
    private readonly keeping: Keeping | null,
    private readonly name: string,
    private readonly doc: Y.Doc,
    private readonly outbox: Outbox,
    private readonly changed: () => void,
  ) {
    this.works = keeping !== null
  }

  /** Whether every pending change is written on the device. */
  get keepsAll(): boolean {
    return this.works && this.outbox.pending.every(change => change.number <= this.kept)
  }

  /** Brings the kept text back into the doc; whether there was one. `beforePending` sees it as it was when the server
   *  last confirmed it. Without rights (`writable` false) pending changes are not applied but returned. */
  async load(writable: boolean, beforePending: () => void): Promise<{ known: boolean; orphans: readonly Uint8Array[] }> {
    const found = await this.attempt(keeping => keeping.load(this.name))
    if (!found) return { known: false, orphans: [] }
    if (found.base) Y.applyUpdate(this.doc, found.base, FROM_DEVICE)
    const known = (this.hasBase = found.base !== null)
    this.epoch = found.epoch
    if (!writable) return { known, orphans: found.pending.map(change => change.update) }
    beforePending()
    for (const { key, update, count } of found.pending) {
      Y.applyUpdate(this.doc, update, FROM_DEVICE)
      this.outbox.add(update, count)
      this.kept = this.outbox.last
      this.rows.push({ key, last: this.kept })
    }
    return { known, orphans: [] }
  }

  /** To be called whenever the outbox changed. `now` skips the wait: the line is down. */
  follow(now: boolean): void {
    if (!this.works) return
    const oldest = this.outbox.pending[0]?.number ?? Infinity
    const gone = this.rows.filter(row => row.last < oldest)
    if (gone.length) {
      this.rows = this.rows.filter(row => row.last >= oldest)
      void this.attempt(keeping => keeping.letGo(gone.map(row => row.key)))
    }
    if (this.outbox.last <= this.kept || oldest === Infinity) return
    if (now && this.timer) clearTimeout(this.timer)
    if (now || !this.timer) this.timer = setTimeout(() => this.write(), now ? 0 : CHANGE_WAIT)
  }

  private write(): void {
    this.timer = null
    this.writing = this.writing.then(() => this.writePending())
  }

  private async writePending(): Promise<void> {
    const changes = this.outbox.pending.filter(change => change.number > this.kept)
    const last = changes[changes.length - 1]?.number
    if (last === undefined) return
    // without the text that they belong to, changes could not be shown after a reload
    if (!this.hasBase) await this.writeBase()
    const update = Y.mergeUpdates(changes.map(change => change.update))
    const key = await this.attempt(keeping => keeping.keep(this.name, update, changes.reduce((n, c) => n + c.count, 0)))
    if (key !== undefined) {
      this.kept = last
      this.rows.push({ key, last })
    }
    this.follow(false)
    this.changed()
  }

  /** The doc changed: write its state soon. */
  touch(): void {
    if (this.works) this.baseTimer ??= setTimeout(() => void this.writeBase(), BASE_WAIT)
  }

  /** The page is being hidden, and may not come back: write what is not yet written. */
  async hurry(): Promise<void> {
    if (!this.works) return
    if (this.timer) clearTimeout(this.timer)
    this.write()
    await this.writeBase()
  }

  async writeBase(): Promise<void> {
    if (this.baseTimer) clearTimeout(this.baseTimer)
    this.baseTimer = null
    await this.attempt(keeping => keeping.keepBase(this.name, Y.encodeStateAsUpdate(this.doc), this.epoch))
    this.hasBase = this.works
  }

  /** Nothing of this text stays on the device, and nothing more is written. */
  async forget(): Promise<void> {
    this.stop()
    await this.writing
    this.works = false
    await this.attempt(keeping => keeping.forget(this.name))
  }

  stop(): void {
    for (const timer of [this.timer, this.baseTimer]) if (timer) clearTimeout(timer)
    this.timer = this.baseTimer = null
  }

  private async attempt<T>(work: (keeping: Keeping) => Promise<T>): Promise<T | undefined> {
    if (!this.keeping || this.keeping.isOver) {
      this.works = false
      return undefined
    }
    try {
      return await work(this.keeping)
    } catch (error) {
      // a full disk, a cleared or closed database: say so on the save line, and go on without
      console.warn("This device keeps nothing:", error)
      this.works = false
      this.changed()
      return undefined
    }
  }
}
