// Editors without a DOM, and a network between them that a test delivers by hand.
import { EditorState, TextSelection, type Command, type Transaction } from "prosemirror-state"
import type { Node } from "prosemirror-model"
import * as Y from "yjs"
import { TextBinding, type Host } from "../src/text/binding"
import type { Op } from "../src/text/projection"

export class Editor implements Host {
  readonly doc = new Y.Doc()
  readonly binding: TextBinding
  state: EditorState
  readonly outbox: Uint8Array[] = []
  composing = false
  /** What the reader did and the browser tells only when it is asked. */
  hand = (): void => {}

  constructor(readonly id: number, seed: Uint8Array, captureTimeout = 0) {
    this.doc.clientID = id
    Y.applyUpdate(this.doc, seed)
    this.binding = new TextBinding(this.doc.getText("body"), { captureTimeout })
    this.state = EditorState.create({ doc: this.binding.initialDoc(), plugins: [this.binding.plugin()] })
    this.binding.attach(this, () => this.hand())
    this.doc.on("update", (update: Uint8Array, origin: unknown) => {
      if (origin !== "net") this.outbox.push(update)
    })
  }

  updateState(state: EditorState): void {
    this.state = state
  }

  select(anchor: number, head = anchor): this {
    const { doc, tr } = this.state
    this.state = this.state.apply(tr.setSelection(TextSelection.between(doc.resolve(anchor), doc.resolve(head))))
    return this
  }

  run(command: Command): boolean {
    return command(this.state, tr => this.binding.dispatch(tr))
  }

  change(build: (tr: Transaction) => void): void {
    const { tr } = this.state
    build(tr)
    this.binding.dispatch(tr)
  }

  type(text: string): void {
    this.change(tr => tr.insertText(text))
  }

  receive(update: Uint8Array): void {
    this.binding.receive(update, "net")
  }

  /** The input method ends: what was held comes in. */
  composed(): void {
    this.composing = false
    this.binding.flush()
  }

  get delta(): string {
    return JSON.stringify(this.doc.getText("body").toDelta())
  }

  get properties(): string {
    return JSON.stringify(Object.entries(this.doc.getMap("blocks").toJSON()).sort())
  }
}

export function seed(delta: Op[], properties: Record<string, unknown> = {}): Uint8Array {
  const doc = new Y.Doc()
  doc.clientID = 1
  doc.getText("body").applyDelta(delta)
  for (const [key, value] of Object.entries(properties)) doc.getMap("blocks").set(key, value)
  return Y.encodeStateAsUpdate(doc)
}

/** "[b1 paragraph] words ¶ [new bullet1] …": a text as one readable line; ids made by editors read "new". */
export function show(doc: Node): string {
  const blocks: string[] = []
  doc.forEach(block => {
    let words = ""
    block.forEach(node => {
      const text = node.isText ? (node.text as string) : node.type.name === "hard_break" ? "⏎" : "*"
      words += node.marks.length ? `<${node.marks.map(mark => mark.type.name).join(" ")}>${text}</>` : text
    })
    const { id, kind, depth } = block.attrs as { id: string | null; kind: string; depth: number }
    blocks.push(`[${id && /^b\d$/.test(id) ? id : "new"} ${kind}${depth || ""}] ${words}`)
  })
  return blocks.join(" ¶ ")
}

/** A small, seeded source of numbers in [0, 1) (mulberry32). */
export function numbers(start: number): () => number {
  let s = start
  return () => {
    s = (s + 0x6d2b79f5) | 0
    let t = Math.imul(s ^ (s >>> 15), 1 | s)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
