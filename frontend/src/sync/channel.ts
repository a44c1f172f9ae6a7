// One text on the line: authentication, the two steps of the sync protocol, changes out and in, presence.
import { applyAwarenessUpdate, Awareness, encodeAwarenessUpdate, removeAwarenessStates } from "y-protocols/awareness"
import * as Y from "yjs"
import * as frames from "./frames"
import { NOT_ALLOWED, type Line, type Party, type Stop } from "./line"
import { Outbox } from "./outbox"

/** Origins of updates that are not this person's doing. */
export const FROM_SERVER = Symbol("from the server")
export const FROM_DEVICE = Symbol("from this device")

const REOPEN = 2000 // milliseconds

export type Stage = "connecting" | "live" | "offline" | "stopped"

export interface ChannelEvents {
  /** The stage or what is pending changed. */
  changed(): void
  /** The server confirmed the last of this person's changes. */
  saved(): void
  /** The server's answer to our first question, before it is applied. */
  answered(update: Uint8Array): void
  /** Applies an update of others, now or when an input method has finished. */
  deliver(update: Uint8Array): void
  /** The server or the socket said that this text can't go on here. */
  stopped(stop: Stop): void
  /** The server lets this person read only. */
  readOnly(): void
  /** A line of JSON or a word from the server. */
  notice(payload: string): void
}

export class Channel implements Party {
  stage: Stage = "connecting"
  isDeclined = false
  readonly outbox: Outbox
  readonly awareness: Awareness

  constructor(
    readonly name: string,
    private readonly doc: Y.Doc,
    private readonly line: Line,
    /** What the editor says about itself when it comes in. */
    private readonly token: () => string,
    private writable: boolean,
    private readonly events: ChannelEvents,
  ) {
    this.outbox = new Outbox(
      update => line.send(frames.update(name, update)),
      () => events.changed(),
    )
    this.awareness = new Awareness(doc)
    this.awareness.setLocalState(null)
    this.awareness.on("update", this.onPresence)
    doc.on("update", this.onUpdate)
  }

  get owes(): boolean {
    return this.outbox.pending.length > 0
  }

  get crowd(): number {
    return this.awareness.getStates().size
  }

  join(): void {
    this.line.join(this)
  }

  destroy(): void {
    this.awareness.setLocalState(null)
    this.awareness.off("update", this.onPresence)
    this.awareness.destroy()
    this.doc.off("update", this.onUpdate)
    this.line.send(frames.leave(this.name))
    this.line.part(this)
    this.outbox.closed()
  }

  /** From now on this person reads only; what is pending stays pending. */
  private readOnly(): void {
    if (!this.writable) return
    this.writable = false
    this.events.readOnly()
  }

  // ---- what the line says

  opened(): void {
    if (this.stage === "stopped") return
    this.stage = "connecting"
    this.line.send(frames.authenticate(this.name, this.token()))
    this.poke()
    if (this.awareness.getLocalState()) this.sendPresence()
    this.events.changed()
  }

  poke(): void {
    this.line.send(frames.ask(this.name, Y.encodeStateVector(this.doc)))
  }

  closed(stop: Stop | null): void {
    if (this.stage === "stopped") return
    this.stage = "offline"
    this.isDeclined = false
    this.outbox.closed()
    const others = [...this.awareness.getStates().keys()].filter(client => client !== this.doc.clientID)
    removeAwarenessStates(this.awareness, others, FROM_SERVER)
    if (stop) this.stop(stop)
    else this.events.changed()
  }

  receive(frame: frames.Frame): void {
    if (this.stage === "stopped") return
    switch (frame.type) {
      case "asked":
        return this.answer(frame.vector)
      case "answer":
        this.stage = "live"
        this.events.answered(frame.update)
        return this.events.changed()
      case "update":
        return this.events.deliver(frame.update)
      case "presence":
        return applyAwarenessUpdate(this.awareness, frame.update, FROM_SERVER)
      case "presence asked":
        return this.awareness.getLocalState() ? this.sendPresence() : undefined
      case "status":
        return this.status(frame.saved)
      case "admitted":
        if (frame.scope === "readonly") this.readOnly()
        return
      case "denied":
        return this.stop(readStop(frame.reason, NOT_ALLOWED))
      case "closed":
        return this.closedAlone(readStop(frame.reason, 0))
      case "notice":
        return this.events.notice(frame.payload)
    }
  }

  /** The server closed this text and kept the socket: for good where it gives a code, else it is opened again. */
  private closedAlone(stop: Stop): void {
    if (stop.code) return this.stop(stop)
    this.closed(null)
    setTimeout(() => {
      if (this.stage === "offline" && this.line.isOpen) this.opened()
    }, REOPEN)
  }

  private answer(vector: Uint8Array): void {
    if (!this.writable) return
    this.line.send(frames.answer(this.name, Y.encodeStateAsUpdate(this.doc, vector)))
    this.outbox.sentAll()
  }

  /** Not saved: the server asks anew, says that it cannot, or closes the socket; until then all stays pending. */
  private status(saved: boolean): void {
    this.isDeclined = !saved && this.outbox.pending.length > 0
    if (!saved) return this.outbox.decline()
    const owed = this.outbox.pending.length > 0
    this.outbox.confirm()
    if (owed && !this.outbox.pending.length) this.events.saved()
  }

  private stop(stop: Stop): void {
    this.stage = "stopped"
    this.line.part(this)
    this.outbox.closed()
    this.events.stopped(stop)
  }

  // ---- what happens here

  private readonly onUpdate = (update: Uint8Array, origin: unknown): void => {
    if (origin === FROM_SERVER || origin === FROM_DEVICE || !this.writable) return
    this.outbox.add(update)
  }

  private readonly onPresence = (_: unknown, origin: unknown): void => {
    if (origin !== FROM_SERVER) this.sendPresence()
  }

  private sendPresence(): void {
    this.line.send(frames.presence(this.name, encodeAwarenessUpdate(this.awareness, [this.doc.clientID])))
  }
}

/** A reason from the wire: `4409`, `4422 links`, `{"code": …, "reason": …}`, or words alone. */
export function readStop(text: string, otherwise: number): Stop {
  const [, code, words] = /^(\d{4})?[\s:]*(.*)$/s.exec(text) ?? []
  return { code: code ? Number(code) : otherwise, reason: words ?? text }
}
