// What this person changed and the server has not yet confirmed. "Saved" is said when, and only when, this is empty.
import * as Y from "yjs"

export interface Change {
  /** Counts up from 1 in the order in which changes were made here. */
  readonly number: number
  /** How many changes travel in this one: more than one when they were read back from the device. */
  readonly count: number
  readonly update: Uint8Array
}

/** A frame on its way, with the changes whose numbers are above `after`, up to `upTo`. */
interface Sent {
  readonly after: number
  readonly upTo: number
}

/** Frames on their way before further changes wait and travel together. */
const IN_FLIGHT = 8

export class Outbox {
  private changes: Change[] = []
  private made = 0
  private onTheWay: Sent[] = []
  private sent = 0
  private open = false

  constructor(
    private readonly deliver: (update: Uint8Array) => void,
    private readonly changed: () => void,
  ) {}

  /** Changes that the server has not confirmed, oldest first. */
  get pending(): readonly Change[] {
    return this.changes
  }

  get last(): number {
    return this.made
  }

  /** How many changes wait to be confirmed. */
  get count(): number {
    return this.changes.reduce((sum, change) => sum + change.count, 0)
  }

  add(update: Uint8Array, count = 1): void {
    this.changes.push({ number: ++this.made, count, update })
    this.flush()
    this.changed()
  }

  /** A frame with everything made so far was sent: from now on single changes may follow. */
  sentAll(): void {
    this.open = true
    this.sent = this.made
    this.onTheWay.push({ after: 0, upTo: this.made })
  }

  /** The server saved the oldest frame on its way. */
  confirm(): void {
    const frame = this.onTheWay.shift()
    if (!frame) return
    const before = this.changes.length
    this.changes = this.changes.filter(({ number }) => number <= frame.after || number > frame.upTo)
    this.flush()
    if (this.changes.length !== before || !this.onTheWay.length) this.changed()
  }

  /** The server did not take the oldest frame on its way: its changes stay pending until all is sent anew. */
  decline(): void {
    this.onTheWay.shift()
    this.flush()
  }

  /** The socket is gone; what was on its way will be sent again. */
  closed(): void {
    this.open = false
    this.onTheWay = []
    this.changed()
  }

  private flush(): void {
    if (!this.open || this.onTheWay.length >= IN_FLIGHT || this.sent === this.made) return
    const after = this.sent
    const updates = this.changes.filter(change => change.number > after).map(change => change.update)
    this.sent = this.made
    if (!updates.length) return
    this.onTheWay.push({ after, upTo: this.made })
    this.deliver(updates.length === 1 ? (updates[0] as Uint8Array) : Y.mergeUpdates(updates))
  }
}
