// One text of a page, from the moment it comes into view: its doc, its channel, what the device keeps of it, its editor.
import type { EditorView } from "prosemirror-view"
import * as Y from "yjs"
import { Channel, FROM_SERVER } from "../sync/channel"
import { Keeper } from "../sync/keeper"
import type { Keeping } from "../sync/keeping"
import { NOT_ALLOWED, OUTDATED, REFUSED, TOO_BIG, type Line, type Stop } from "../sync/line"
import { project } from "../text/projection"
import { FORMAT } from "../text/prose"
import { unmerged, type BlockTexts } from "../text/reunion"
import { blockTexts, wordsOf } from "../text/words"
import { createEditor, type Editor } from "../view/editor"
import type { Person } from "../view/presence"
import { Attendance } from "./attendance"
import { serverNow } from "./clock"
import { button, coalesced, make } from "./elements"
import { Here } from "./here"
import { LinkForm } from "./linkform"
import type { Messages } from "./messages"
import { SaveLine } from "./saveline"
import { Toolbar } from "./toolbar"
import { WordsAside } from "./wordsaside"

export interface SessionContext {
  readonly line: Line
  readonly keeping: Promise<Keeping | null>
  readonly messages: Messages
  readonly person: Person
  /** A text is shown by the editor from now on. */
  readonly ready: () => void
  /** The page is older than the server; resolves to false when loading it anew did not help before. */
  readonly reload: () => boolean
}

// milliseconds
const LATE = 1000 // after which a pending change is spoken of
const ENOUGH = 1500 // after which a text kept on the device is shown without the server

export class Session {
  readonly name: string
  private readonly mount: HTMLElement
  private readonly saveLine: SaveLine
  private readonly aside: WordsAside
  private readonly link: LinkForm
  private readonly attendance: Attendance
  private readonly toolbarElement: HTMLElement | null
  private doc = new Y.Doc()
  private channel: Channel | null = null
  private keeper: Keeper | null = null
  private editor: Editor | null = null
  private toolbar: Toolbar | null = null
  private here: Here | null = null
  private editable: boolean
  private stop: Stop | null = null
  private stoppedAt = 0
  private savedAt: number | null = null
  private wasLive = false
  private wasOffline = false
  private offlineSince = serverNow()
  private cannotSave = false
  private unsavedShown = false
  private lateTimer: ReturnType<typeof setTimeout> | null = null
  private late = false
  /** The blocks as they were when the server was last heard, from the first own change without it. */
  private beforeAway: BlockTexts | null = null
  /** Called after each change of the view's state; the bench listens. */
  onUpdate: (view: EditorView) => void = () => {}

  constructor(
    readonly section: HTMLElement,
    private readonly context: SessionContext,
  ) {
    this.name = section.dataset["text"] ?? ""
    this.editable = section.dataset["editable"] === "true"
    this.mount = section.querySelector<HTMLElement>("[data-mount]") ?? section
    this.toolbarElement = section.querySelector<HTMLElement>("[data-toolbar]")
    const line = section.querySelector<HTMLElement>("[data-save]") ?? make("p", { role: "status" })
    const copies = document.querySelectorAll<HTMLElement>(`[data-save-copy="${CSS.escape(this.name)}"]`)
    this.saveLine = new SaveLine(line, context.messages, copies)
    this.aside = new WordsAside(line, context.messages, { lang: this.mount.lang, dir: this.mount.dir || "auto" })
    this.link = new LinkForm(this.toolbarElement ?? this.mount, () => this.editor, context.messages)
    this.attendance = new Attendance(section, context.person)
  }

  get view(): EditorView | null {
    return this.editor?.view ?? null
  }

  /** Whether words stand on this page alone. */
  get showsUnsaved(): boolean {
    return this.unsavedShown
  }

  get hasUnsaved(): boolean {
    const canBeSaved = this.stop?.code !== NOT_ALLOWED
    return (canBeSaved && (this.channel?.owes ?? false)) || this.unsavedShown
  }

  // ---- start and end

  /** Connects, and shows the editor as soon as there is a text to show. */
  async start(): Promise<void> {
    const { line, messages } = this.context
    this.doc = new Y.Doc()
    this.stop = null
    const channel = new Channel(this.name, this.doc, line, () => this.token(), this.editable, {
      changed: this.changed,
      saved: () => {
        this.savedAt = serverNow()
        this.cannotSave = false
      },
      answered: update => this.answered(update),
      deliver: update => this.deliver(update),
      stopped: stop => this.stopped(stop),
      readOnly: () => this.readOnly(),
      notice: payload => this.notice(payload),
    })
    this.channel = channel
    this.here = new Here(this.section.querySelector("[data-present]"), channel.awareness, messages)
    this.attendance.of(channel.awareness)
    this.show()
    const keeping = await this.context.keeping
    if (this.channel !== channel) return
    const keeper = new Keeper(keeping, this.name, this.doc, channel.outbox, this.changed)
    this.keeper = keeper
    const { known, orphans } = await keeper.load(this.editable, () => this.rememberBlocks())
    if (!channel.outbox.pending.length) this.beforeAway = null
    this.doc.on("update", () => keeper.touch())
    channel.join()
    if (known) setTimeout(() => this.channel === channel && this.edit(), ENOUGH)
    if (orphans.length) this.showWords(messages.say("ended", { time: messages.time(serverNow()) }), wordsOf(orphans))
    await this.showAside(keeping)
  }

  end(): void {
    this.attendance.of(null)
    this.editor?.destroy()
    this.toolbar?.destroy()
    this.here?.destroy()
    this.keeper?.stop()
    this.channel?.destroy()
    this.link.close()
    this.editor = this.toolbar = this.here = this.keeper = this.channel = null
    if (this.lateTimer) clearTimeout(this.lateTimer)
  }

  /** The page is being hidden: write what is known now. */
  hide(): void {
    void this.keeper?.hurry()
  }

  private edit(): void {
    const { channel } = this
    if (this.editor || !channel) return
    this.editor = createEditor(this.mount, this.doc.getText("body"), {
      awareness: channel.awareness,
      label: this.mount.getAttribute("aria-label"),
      editable: () => this.editable && !this.stop,
      openLink: () => this.link.open(),
      updated: view => {
        this.refreshTools()
        this.onUpdate(view)
      },
    })
    if (this.editable && !this.stop && this.toolbarElement) {
      this.toolbar = new Toolbar(this.toolbarElement, this.editor, this.context.messages)
    }
    this.context.ready()
  }

  private readonly refreshTools = coalesced(() => this.toolbar?.update())

  // ---- what the channel says

  private answered(update: Uint8Array): void {
    const before = this.beforeAway
    const mine = before && blockTexts(project(this.doc.getText("body")).doc)
    this.deliver(update)
    this.wasLive = true
    this.beforeAway = null
    this.edit()
    if (before && mine) this.showUnmerged(before, mine)
  }

  private deliver(update: Uint8Array): void {
    if (this.editor) this.editor.binding.receive(update, FROM_SERVER)
    else Y.applyUpdate(this.doc, update, FROM_SERVER)
  }

  private rememberBlocks(): void {
    this.beforeAway ??= blockTexts(project(this.doc.getText("body")).doc)
  }

  private notice(payload: string): void {
    const { code, epoch } = readNotice(payload)
    if (code === "cannot_save") this.cannotSave = true
    if (epoch && this.keeper) this.keeper.epoch = epoch
    this.changed()
  }

  /** The format that this editor writes, and the epoch of what it holds, where it holds something. */
  private token(): string {
    const epoch = this.keeper?.epoch
    return epoch ? `format=${FORMAT}&epoch=${epoch}` : `format=${FORMAT}`
  }

  /** The rights ended while the page was open, or the page did not know of it: others' changes go on arriving. */
  private readOnly(): void {
    if (this.wasLive || this.channel?.owes) this.stopped({ code: NOT_ALLOWED, reason: "" })
    else this.editable = false
    this.editor?.view.setProps({})
  }

  private readonly changed = (): void => {
    const { channel, keeper } = this
    if (!channel) return
    const offline = channel.stage === "offline"
    if (offline && !this.wasOffline) {
      this.offlineSince = serverNow()
      this.rememberBlocks()
    }
    this.wasOffline = offline
    keeper?.follow(channel.stage !== "live")
    this.watchLateness(channel.outbox.pending.length > 0)
    this.show()
  }

  private watchLateness(pending: boolean): void {
    if (!pending) {
      if (this.lateTimer) clearTimeout(this.lateTimer)
      this.lateTimer = null
      this.late = false
    } else if (!this.lateTimer) {
      this.lateTimer = setTimeout(() => {
        this.late = true
        this.show()
      }, LATE)
    }
  }

  private readonly show = coalesced(() => {
    const { channel, keeper } = this
    if (!channel) return
    this.saveLine.show({
      stage: channel.stage,
      stop: this.stop,
      editable: this.editable,
      wasLive: this.wasLive,
      unsavedShown: this.unsavedShown,
      pending: channel.outbox.count,
      keepsAll: keeper?.keepsAll ?? false,
      deviceWorks: keeper?.works ?? true,
      cannotSave: this.cannotSave,
      late: this.late,
      savedAt: this.savedAt,
      offlineSince: this.offlineSince,
      stoppedAt: this.stoppedAt,
    })
  })

  // ---- the end of the line, and words that have no place

  private stopped(stop: Stop): void {
    this.stop = stop
    this.stoppedAt = serverNow()
    const words = wordsOf(this.channel?.outbox.pending.map(change => change.update) ?? [])
    this.edit()
    this.toolbar?.destroy()
    this.toolbar = null
    this.editor?.view.setProps({}) // asks again whether it is editable
    if (stop.code === OUTDATED) void this.outdated(words)
    else if (stop.code === REFUSED || stop.code === TOO_BIG) this.refused(stop, words)
    else if (stop.code === NOT_ALLOWED && words) this.showWords(this.context.messages.say("words"), words)
    this.show()
  }

  private showWords(heading: string, words: string): HTMLElement {
    this.unsavedShown = true
    const letGo = (): void => {
      this.unsavedShown = false
      void this.keeper?.forget()
    }
    return this.aside.show({ heading, words, letGo })
  }

  private refused(stop: Stop, words: string): void {
    const { messages } = this.context
    void this.keeper?.forget()
    const because = messages.reason(stop.reason)
    const heading = because ? messages.say("refused_because", { reason: because }) : messages.say("refused")
    const element = this.showWords(heading, words)
    const goOn = button(messages.say("go_on"), () => {
      goOn.remove()
      this.unsavedShown = false
      this.end()
      void this.start()
    })
    element.append(make("p", {}, goOn))
  }

  /** An older epoch or editor: own words go aside on the device, and the page is loaded anew. */
  private async outdated(words: string): Promise<void> {
    const keeping = await this.context.keeping
    const kept = words && keeping ? await keeping.putAside(this.name, words).then(() => true, () => false) : !words
    if (kept) await this.keeper?.forget()
    else this.showWords(this.context.messages.say("aside"), words)
    if (!kept || !this.context.reload()) this.stop = { code: OUTDATED, reason: "again" }
    this.show()
  }

  private async showAside(keeping: Keeping | null): Promise<void> {
    if (!keeping) return
    const rows = await keeping.aside(this.name).catch(() => [])
    for (const { key, words } of rows) {
      const heading = this.context.messages.say("aside")
      this.aside.show({ heading, words, letGo: () => void keeping.letAsideGo(key) })
    }
  }

  private showUnmerged(before: BlockTexts, mine: BlockTexts): void {
    const merged = blockTexts(project(this.doc.getText("body")).doc)
    for (const { yours, theirs } of unmerged(before, mine, merged)) {
      const insert = (): void => this.editor?.run((state, dispatch) => (dispatch?.(state.tr.insertText(yours)), true))
      const heading = this.context.messages.say("unmerged")
      this.aside.show({ heading, words: yours, theirs, insert, letGo: () => undefined })
    }
  }
}

function readNotice(payload: string): { code: string; epoch: number } {
  try {
    const found = JSON.parse(payload) as { code?: unknown; epoch?: unknown } | null
    const code = typeof found?.code === "string" ? found.code : ""
    return { code, epoch: typeof found?.epoch === "number" ? found.epoch : 0 }
  } catch {
    return { code: payload, epoch: 0 }
  }
}
