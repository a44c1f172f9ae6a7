// Y.Text "body" + Y.Map "blocks" ⇄ ProseMirror, on an EditorView or on anything with { state, updateState }.
import type { Node } from "prosemirror-model"
import { Plugin, PluginKey, TextSelection, type EditorState, type Transaction } from "prosemirror-state"
import * as Y from "yjs"
import { cleanTransaction } from "./clean"
import { applyDelta, HeadChanged, replaceAll } from "./incoming"
import { stepDelta } from "./outgoing"
import { fromText, toText } from "./positions"
import { project, propertiesOf, type Op } from "./projection"
import { isId, newId } from "./prose"
import { attrsOf } from "./schema"

/** Set on every transaction that comes from the Y types. */
export const remoteKey = new PluginKey("remote")

export interface Host {
  state: EditorState
  updateState(state: EditorState): void
  readonly composing?: boolean
}
export interface RelativeRange {
  readonly anchor: Y.RelativePosition
  readonly head: Y.RelativePosition
}

const PROPERTIES = ["kind", "depth", "of"] as const
/** How long after the end of a composition its DOM is still the input method's, in milliseconds. */
const COMPOSITION_END = 60

export class TextBinding {
  readonly doc: Y.Doc
  readonly undo: Y.UndoManager
  /** How remote changes were applied: piece by piece, or the text as a whole. */
  readonly counts = { piecewise: 0, whole: 0 }
  bare = false
  private readonly map: Y.Map<unknown>
  private host: Host | null = null
  private readHand = (): void => {}
  private held: [update: Uint8Array, origin: unknown][] = []
  private selectionBefore: RelativeRange | null = null
  private selectionToRestore: RelativeRange | null = null
  private wasTyping = false

  constructor(readonly text: Y.Text, { captureTimeout = 500 }: { captureTimeout?: number } = {}) {
    this.doc = text.doc as Y.Doc
    this.map = this.doc.getMap("blocks")
    // trackedOrigins: the default would also track origin null, which is Yjs's own clean-up
    this.undo = new Y.UndoManager([text, this.map], { trackedOrigins: new Set([this]), captureTimeout })
    this.undo.on("stack-item-added", ({ stackItem }) => {
      if (!stackItem.meta.has("selection")) stackItem.meta.set("selection", this.selectionBefore)
    })
    this.undo.on("stack-item-popped", ({ stackItem }) => {
      this.selectionToRestore = (stackItem.meta.get("selection") as RelativeRange | null) ?? null
    })
  }

  initialDoc(): Node {
    const projection = project(this.text)
    this.bare = projection.bare
    return projection.doc
  }

  /** `readHand` brings the host's state up to what its reader did and the browser has not told yet. */
  attach(host: Host, readHand = (): void => {}): this {
    this.host = host
    this.readHand = readHand
    this.text.observe(this.onText)
    this.map.observe(this.onMap)
    return this
  }

  destroy(): void {
    this.flush(true)
    this.text.unobserve(this.onText)
    this.map.unobserve(this.onMap)
    this.undo.destroy()
    this.host = null
  }

  // ---- places that survive others' edits

  private get off(): number {
    return this.bare ? 1 : 0
  }

  private get state(): EditorState {
    return (this.host as Host).state
  }

  toRelative(position: number, assoc = -1): Y.RelativePosition {
    return Y.createRelativePositionFromTypeIndex(this.text, toText(this.state.doc, position, this.off), assoc)
  }

  /** The ProseMirror position of a relative one, or null when it belongs to another text. */
  fromRelative(relative: Y.RelativePosition): number | null {
    const found = Y.createAbsolutePositionFromRelativePosition(relative, this.doc)
    if (!found || found.type !== this.text) return null
    return Math.max(1, fromText(this.state.doc, found.index, this.off))
  }

  relativeSelection(): RelativeRange {
    const { anchor, head } = this.state.selection
    return { anchor: this.toRelative(anchor), head: this.toRelative(head) }
  }

  // ---- own changes

  /** The view's dispatchTransaction. */
  dispatch(asked: Transaction): void {
    const host = this.host
    if (!host) return
    const tr = cleanTransaction(host.state, asked)
    if (tr.docChanged) this.beginUndoStep(tr)
    const { state, transactions } = host.state.applyTransaction(tr)
    host.updateState(state)
    if (transactions.some(each => each.docChanged)) this.write(transactions)
  }

  /** One undo step for a run of typing; anything else (Enter, kind, mark, paste) is a step of its own. */
  private beginUndoStep(tr: Transaction): void {
    this.selectionBefore = this.relativeSelection()
    const step = tr.steps[0] as { slice?: { size: number } } | undefined
    const typing = tr.steps.length === 1 && tr.doc.childCount === tr.before.childCount && (step?.slice?.size ?? 2) <= 1
    if (!typing || !this.wasTyping) this.undo.stopCapturing()
    this.wasTyping = typing
  }

  private write(transactions: readonly Transaction[]): void {
    this.doc.transact(() => {
      for (const tr of transactions) if (!tr.getMeta(remoteKey)) this.writeSteps(tr)
      this.writeProperties((transactions[0] as Transaction).before, (transactions[transactions.length - 1] as Transaction).doc)
    }, this)
  }

  private writeSteps(tr: Transaction): void {
    tr.steps.forEach((step, i) => {
      const before = tr.docs[i] as Node
      const change = stepDelta(before, tr.docs[i + 1] ?? tr.doc, step)
      if (!change) return
      if (this.bare) this.dressHead(before, change.first, change.delta)
      this.text.applyDelta(change.delta)
    })
  }

  /** The first block gets its marker when it is first touched; before that, later deltas count one unit less. */
  private dressHead(before: Node, first: number, delta: Op[]): void {
    if (first === 0) {
      this.text.insertEmbed(0, { b: (before.firstChild as Node).attrs["id"] ?? newId() }, {})
      this.bare = false
    } else if (delta[0]?.retain) delta[0].retain -= 1
  }

  /** From the final state only: a block that got a fresh id on the way must not touch its namesake. */
  private writeProperties(before: Node, after: Node): void {
    const kept = new Set<Node>()
    before.forEach(block => kept.add(block))
    after.forEach(block => {
      const attrs = attrsOf(block)
      if (kept.has(block) || !attrs.id) return
      const known = propertiesOf(this.map, attrs.id)
      for (const name of PROPERTIES) {
        if (attrs[name] !== known[name] && attrs[name] !== null) this.map.set(`${attrs.id}.${name}`, attrs[name])
      }
    })
  }

  // ---- others' changes

  private readonly onText = (event: Y.YTextEvent, transaction: Y.Transaction): void => {
    const host = this.host
    if (transaction.origin === this || !host) return
    const delta = event.delta as Op[]
    if (!delta.length && !this.selectionToRestore) return
    const { state } = host
    const tr = this.translate(delta)
    // What arrives exactly at my caret stays to its right, so two people typing at one spot do not interleave.
    const at = (position: number): number =>
      Math.min(Math.max(tr.mapping.map(position, -1), 0), tr.doc.content.size)
    const { anchor, head } = state.selection
    tr.setSelection(TextSelection.between(tr.doc.resolve(at(anchor)), tr.doc.resolve(at(head))))
    tr.setMeta(remoteKey, true).setMeta("addToHistory", false)
    host.updateState(state.apply(tr))
    this.restoreSelection(host)
  }

  private translate(delta: Op[]): Transaction {
    try {
      const tr = this.state.tr
      applyDelta(tr, delta, this.off, this.map)
      this.counts.piecewise++
      return tr
    } catch (error) {
      if (!(error instanceof RangeError)) throw error // HeadChanged, or a place outside the shown text
      if (!(error instanceof HeadChanged)) console.warn("The text was projected anew:", error.message)
      const projection = project(this.text)
      this.bare = projection.bare
      const tr = this.state.tr
      replaceAll(tr, projection.doc)
      this.counts.whole++
      return tr
    }
  }

  private restoreSelection(host: Host): void {
    const range = this.selectionToRestore
    this.selectionToRestore = null
    if (!range) return
    const anchor = this.fromRelative(range.anchor)
    const head = this.fromRelative(range.head)
    if (anchor === null || head === null) return
    const { doc, tr } = host.state
    tr.setSelection(TextSelection.between(doc.resolve(anchor), doc.resolve(head)))
    host.updateState(host.state.apply(tr.setMeta(remoteKey, true).scrollIntoView()))
  }

  /** Also after own changes: blocks that share an id (until the server repairs it) share kind and depth. */
  private readonly onMap = (event: Y.YMapEvent<unknown>): void => {
    const host = this.host
    if (!host) return
    const tr = host.state.tr
    host.state.doc.forEach((block, position) => {
      const attrs = attrsOf(block)
      if (!attrs.id || !PROPERTIES.some(name => event.keysChanged.has(`${attrs.id}.${name}`))) return
      const known = propertiesOf(this.map, attrs.id)
      for (const name of PROPERTIES) if (known[name] !== attrs[name]) tr.setNodeAttribute(position, name, known[name])
    })
    if (tr.docChanged) host.updateState(host.state.apply(tr.setMeta(remoteKey, true)))
  }

  /** Where others' updates are delivered: held while an input method composes, so its DOM is never rewritten. */
  receive(update: Uint8Array, origin: unknown): void {
    if (this.host?.composing || this.held.length) {
      this.held.push([update, origin])
      if (!this.host?.composing) this.flushSoon()
      return
    }
    this.readHand() // before the Y types change: what was typed is written into them as they are shown
    Y.applyUpdate(this.doc, update, origin)
  }

  private flushSoon(): void {
    setTimeout(() => this.flush(), COMPOSITION_END)
  }

  flush(always = false): void {
    if (!this.held.length || (this.host?.composing && !always)) return
    if (!always) this.readHand()
    const held = this.held
    this.held = []
    for (const [update, origin] of held) Y.applyUpdate(this.doc, update, origin)
  }

  // ---- undo, of one's own changes only

  undoOwn(): boolean {
    return this.stepBack(() => this.undo.undo())
  }

  redoOwn(): boolean {
    return this.stepBack(() => this.undo.redo())
  }

  private stepBack(act: () => unknown): boolean {
    this.readHand()
    this.selectionBefore = this.relativeSelection()
    this.wasTyping = false
    return Boolean(act())
  }

  /** Gives fresh ids to blocks made here, and lets held updates in when a composition ends. */
  plugin(): Plugin {
    return new Plugin({
      appendTransaction: (transactions, before, state) =>
        transactions.some(tr => tr.docChanged && !tr.getMeta(remoteKey)) ? freshIds(before, state, this.bare) : null,
      props: {
        handleDOMEvents: {
          compositionend: () => {
            this.flushSoon()
            return false
          },
        },
      },
    })
  }
}

/** A bare head gets its id when it is touched, and when something comes before it: then it needs a marker of its own. */
function freshIds(before: EditorState, state: EditorState, bare: boolean): Transaction | null {
  const kept = new Set<Node>()
  before.doc.forEach(block => kept.add(block))
  if (bare && state.doc.firstChild !== before.doc.firstChild) kept.delete(before.doc.firstChild as Node)
  const seen = new Set<unknown>()
  const tr = state.tr
  state.doc.forEach((block, position) => {
    let id: unknown = block.attrs["id"]
    if (!kept.has(block) && (!isId(id) || seen.has(id))) tr.setNodeAttribute(position, "id", (id = newId()))
    seen.add(id)
  })
  return tr.docChanged ? tr : null
}
