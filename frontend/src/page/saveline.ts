// The line under a text that says, truthfully, where its words are.
import type { Stage } from "../sync/channel"
import type { Stop } from "../sync/line"
import { NOT_ALLOWED, OUTDATED, SIGNED_OUT } from "../sync/line"
import type { Key, Messages, Values } from "./messages"

/** What is known of a text, from which its sentence follows. */
export interface Saving {
  readonly stage: Stage
  readonly stop: Stop | null
  readonly editable: boolean
  /** Whether this text was live on this page at any time. */
  readonly wasLive: boolean
  /** Whether words are shown that could not be saved. */
  readonly unsavedShown: boolean
  readonly pending: number
  readonly keepsAll: boolean
  readonly deviceWorks: boolean
  /** The server said that it cannot write. */
  readonly cannotSave: boolean
  /** Whether the oldest pending change waits for more than a second. */
  readonly late: boolean
  /** Times on the server, in milliseconds since 1970. */
  readonly savedAt: number | null
  readonly offlineSince: number
  readonly stoppedAt: number
}

type Said = readonly [Key, Values?]

/** The sentence for what is known, or null where the former one still holds. */
export function sentence(saving: Saving, messages: Messages): Said | null {
  if (saving.stop) return stopped(saving, saving.stop, messages)
  if (saving.cannotSave && saving.pending) return ["cannot_save"]
  if (saving.stage === "offline") return offline(saving, messages.time(saving.offlineSince))
  if (saving.stage === "connecting" && !saving.pending) return saving.savedAt === null ? ["connecting"] : null
  if (saving.pending) return saving.late ? ["waiting", { count: saving.pending }] : null
  if (!saving.editable) return ["reading"]
  return saving.savedAt === null ? ["live"] : ["saved", { time: messages.time(saving.savedAt) }]
}

function offline(saving: Saving, time: string): Said | null {
  if (!saving.editable) return ["offline", { time }]
  if (!saving.deviceWorks) return ["offline_not_kept"]
  if (!saving.pending) return ["offline_writing", { time }]
  if (!saving.keepsAll) return null // being written on the device at this moment
  return ["offline_kept", { time, count: saving.pending }]
}

function stopped(saving: Saving, { code, reason }: Stop, messages: Messages): Said {
  const time = messages.time(saving.stoppedAt)
  switch (code) {
    case SIGNED_OUT:
      return [saving.pending && saving.keepsAll ? "signed_out_kept" : "signed_out"]
    case NOT_ALLOWED:
      if (!saving.editable || (!saving.wasLive && !saving.unsavedShown)) return ["not_allowed"]
      if (saving.unsavedShown) return ["ended", { time }]
      return [saving.pending ? "ended_unsaved" : "ended_saved", { time }]
    case OUTDATED:
      return [reason === "again" ? "outdated_again" : "outdated"]
    default: {
      const because = messages.reason(reason)
      return because ? ["refused_because", { reason: because }] : ["refused"]
    }
  }
}

/** Shows sentences, and lets a screen reader speak only when the state changes, not with every minute or count. */
export class SaveLine {
  private said: Key | null = null

  constructor(
    private readonly element: HTMLElement,
    private readonly messages: Messages,
    /** Where the same stands for eyes alone: the bar at the foot of a phone. */
    private readonly copies: Iterable<HTMLElement> = [],
  ) {}

  show(saving: Saving): void {
    const found = sentence(saving, this.messages)
    if (!found) return
    const [key, values] = found
    const text = this.messages.say(key, values)
    if (this.element.textContent === text) return
    this.element.setAttribute("aria-live", key === this.said ? "off" : "polite")
    this.element.dataset["state"] = key
    this.element.textContent = text
    for (const copy of this.copies) copy.textContent = text
    this.said = key
  }
}
