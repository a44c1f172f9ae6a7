// Many editors act at random on one text and exchange updates late and out of order. After every act and delivery the
// shown document equals the projection of the Y.Text; at the end all agree, every typed character that nobody
// removed is there exactly once, and no block has a kind that nobody gave it.
import assert from "node:assert/strict"
import { test } from "node:test"
import { toggleMark } from "prosemirror-commands"
import { Fragment, Slice, type Node } from "prosemirror-model"
import * as Y from "yjs"
import * as commands from "../src/commands"
import { project } from "../src/text/projection"
import { KINDS, newId } from "../src/text/prose"
import { attrsOf, effectiveIds, marks, nodes, schema } from "../src/text/schema"
import { Editor, numbers, seed } from "./editors"

interface Plan {
  readonly editors: number
  readonly acts: number
  readonly seed: number
  readonly undo: boolean
  readonly move: boolean
  /** Some are away for long and write on, some compose while others' words arrive, some type just before they do. */
  readonly away?: boolean
}
type Counts = Map<string, number>

const START = [
  { insert: { b: "b1" } },
  { insert: "aaaa bbbb", attributes: {} },
  { insert: { b: "b2" } },
  { insert: "cccc", attributes: {} },
]
const FIRST = 0x4e00 // typed characters come from here on, each used once in a run
const WEIGHTS = {
  type: 30, delete: 8, replace: 3, enter: 8, join: 6, kind: 4, depth: 3, mark: 8, link: 3, br: 2, note: 1, paste: 2,
  undo: 5, redo: 2, move: 2,
}
type Act = keyof typeof WEIGHTS
const KEEPS_TEXT: readonly Act[] = ["enter", "kind", "depth", "mark", "link", "br", "note", "type", "join"]

function typedIn(doc: Node): Counts {
  const counts: Counts = new Map()
  for (const char of doc.textBetween(0, doc.content.size, "", "")) {
    if (char.charCodeAt(0) >= FIRST) counts.set(char, (counts.get(char) ?? 0) + 1)
  }
  return counts
}

class Run {
  private readonly random: () => number
  private readonly editors: Editor[]
  private readonly queues: { from: Editor; to: Editor; updates: Uint8Array[] }[] = []
  private readonly kinds = new Map<string, Set<string>>([["b1", new Set(["paragraph"])], ["b2", new Set(["bullet"])]])
  private readonly typed = new Set<string>()
  private readonly touched = new Set<string>()
  private readonly moved = new Set<string>()
  private readonly away = new Map<Editor, number>()
  private acting = false // then what the hand typed would be undone at once, and rightly so
  private next = FIRST

  constructor(private readonly plan: Plan) {
    this.random = numbers(plan.seed)
    const start = seed(START, { "b2.kind": "bullet" })
    this.editors = Array.from({ length: plan.editors }, (_, i) => new Editor(11 + i, start))
    for (const editor of this.editors) {
      if (plan.away) editor.hand = () => void (!this.acting && this.random() < 0.1 && this.typeUnseen(editor))
    }
    for (const from of this.editors) {
      for (const to of this.editors) if (from !== to) this.queues.push({ from, to, updates: [] })
    }
  }

  private below(n: number): number {
    return Math.floor(this.random() * n)
  }

  private pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T
  }

  private fresh(count = 1): string {
    let text = ""
    for (let i = 0; i < count; i++) text += String.fromCharCode(this.next++)
    for (const char of text) this.typed.add(char)
    return text
  }

  private anywhere(editor: Editor): number {
    const { doc } = editor.state
    const index = this.below(doc.childCount)
    let position = 0
    for (let i = 0; i < index; i++) position += doc.child(i).nodeSize
    return position + 1 + this.below(doc.child(index).content.size + 1)
  }

  private near(editor: Editor, position: number): number {
    return Math.min(editor.state.doc.resolve(position).end(), position + this.below(6))
  }

  private readonly acts: Record<Act, (editor: Editor) => void> = {
    type: editor => {
      const at = this.random() < 0.6 ? editor.state.selection.head : this.anywhere(editor)
      editor.select(at).type(this.fresh(1 + this.below(4)))
    },
    delete: editor => {
      const from = this.anywhere(editor)
      const to = this.random() < 0.7 ? this.near(editor, from) : this.anywhere(editor)
      if (from !== to && Math.abs(from - to) < 40) editor.select(from, to).change(tr => tr.deleteSelection())
    },
    replace: editor => {
      const from = this.anywhere(editor)
      editor.select(from, this.near(editor, from)).type(this.fresh())
    },
    enter: editor => editor.select(this.anywhere(editor)).run(commands.enter),
    join: editor => {
      const { $from } = editor.select(this.anywhere(editor)).state.selection
      editor.select($from.start()).run(commands.backspace)
    },
    kind: editor => editor.select(this.anywhere(editor)).run(commands.setKind(this.pick(KINDS.slice(0, -1)))),
    depth: editor => editor.select(this.anywhere(editor)).run(commands.indent(this.random() < 0.7 ? 1 : -1)),
    mark: editor => {
      const from = this.anywhere(editor)
      editor.select(from, this.random() < 0.8 ? this.near(editor, from) : this.anywhere(editor))
      editor.run(toggleMark(this.random() < 0.5 ? marks.strong : marks.em))
    },
    link: editor => {
      const from = this.anywhere(editor)
      editor.select(from, this.near(editor, from))
      editor.run(commands.setLink(this.random() < 0.7 ? `https://example.org/${this.below(3)}` : null))
    },
    br: editor => editor.select(this.anywhere(editor)).run(commands.hardBreak),
    note: editor =>
      editor.select(this.anywhere(editor)).change(tr => tr.replaceSelectionWith(nodes.footnote_ref.create({ id: newId() }))),
    paste: editor => {
      const blocks = Array.from({ length: 1 + this.below(3) }, () =>
        nodes.block.create({ kind: KINDS[this.below(6)] }, schema.text(this.fresh())),
      )
      const at = this.anywhere(editor)
      editor.change(tr => tr.replaceRange(at, at, new Slice(Fragment.fromArray(blocks), 1, 1)))
    },
    undo: editor => void editor.binding.undoOwn(),
    redo: editor => void editor.binding.redoOwn(),
    move: editor => {
      editor.select(this.anywhere(editor))
      const done = editor.run(commands.moveBlock(this.random() < 0.5 ? -1 : 1))
      if (done) for (const char of typedIn(editor.state.doc).keys()) this.moved.add(char)
    },
  }

  private check(editor: Editor, what: string): void {
    const projection = project(editor.binding.text)
    assert.equal(editor.binding.bare, projection.bare, what)
    assert.ok(projection.doc.eq(editor.state.doc), `${what}: shown ${editor.state.doc}, held ${projection.doc}`)
    editor.state.doc.check()
  }

  private send(editor: Editor): void {
    const updates = editor.outbox.splice(0)
    for (const queue of this.queues) if (queue.from === editor) queue.updates.push(...updates)
  }

  private deliver(queue: (typeof this.queues)[number], all: boolean): void {
    if (!all && (this.away.has(queue.from) || this.away.has(queue.to))) return
    while (queue.updates.length) {
      const index = !all && this.random() < 0.1 ? this.below(queue.updates.length) : 0
      queue.to.receive(queue.updates.splice(index, 1)[0] as Uint8Array)
      this.send(queue.to)
      this.check(queue.to, "delivery")
      if (!all && this.random() < 0.5) break
    }
  }

  private kindsOf(editor: Editor): Map<string | null, string> {
    const kinds = new Map<string | null, string>()
    editor.state.doc.forEach(block => kinds.set(attrsOf(block).id, attrsOf(block).kind))
    return kinds
  }

  private typeUnseen(editor: Editor): void {
    const kinds = this.kindsOf(editor)
    this.acts.type(editor)
    editor.state.doc.forEach(block => this.noteKind(block, kinds)) // typing into a block gives it an id of its own
  }

  private act(editor: Editor, what: Act): void {
    const before = typedIn(editor.state.doc)
    const kinds = this.kindsOf(editor)
    this.acting = true
    this.acts[what](editor)
    this.acting = false
    const after = typedIn(editor.state.doc)
    editor.state.doc.forEach(block => this.noteKind(block, kinds))
    for (const [char, n] of before) if ((after.get(char) ?? 0) < n) this.touched.add(char) // a move against a move leaves two
    if (what === "undo" || what === "redo") for (const char of after.keys()) if (!before.has(char)) this.touched.add(char)
    if (KEEPS_TEXT.includes(what)) for (const [char, n] of before) assert.equal(after.get(char) ?? 0, n, `${what} changed text`)
    this.check(editor, what)
    this.send(editor)
  }

  private noteKind(block: Node, before: Map<string | null, string>): void {
    const { id, kind } = attrsOf(block)
    if (id === null || before.get(id) === kind) return
    if (!this.kinds.has(id)) this.kinds.set(id, new Set())
    this.kinds.get(id)?.add(kind)
  }

  /** Somebody leaves for a fifth of the run, or comes back; somebody begins or ends to compose. */
  private comeAndGo(): void {
    for (const [editor, acts] of this.away) if (acts > 1) this.away.set(editor, acts - 1)
    else this.away.delete(editor)
    if (this.random() < 0.03) this.away.set(this.pick(this.editors), this.plan.acts / 5)
    if (this.random() > 0.15) return
    const editor = this.pick(this.editors)
    if (editor.composing) this.compose(editor)
    else editor.composing = true
  }

  private compose(editor: Editor): void {
    editor.composed()
    this.check(editor, "composed")
    this.send(editor)
  }

  run(): void {
    const off: Act[] = [...(this.plan.undo ? [] : (["undo", "redo"] as Act[])), ...(this.plan.move ? [] : (["move"] as Act[]))]
    const bag = (Object.keys(WEIGHTS) as Act[])
      .filter(act => !off.includes(act))
      .flatMap(act => Array<Act>(WEIGHTS[act]).fill(act))
    const deliveries = Math.max(1, this.plan.editors / 3) // the same delay for everybody, however many there are
    for (let i = 0; i < this.plan.acts; i++) {
      if (this.plan.away) this.comeAndGo()
      this.act(this.pick(this.editors), this.pick(bag))
      for (let k = 0; k < deliveries; k++) if (this.random() < 0.5) this.deliver(this.pick(this.queues), false)
    }
    for (const editor of this.editors) this.compose(editor)
    while (this.queues.some(queue => queue.updates.length)) for (const queue of this.queues) this.deliver(queue, true)
    this.synchronise()
    this.judge()
  }

  /** What a server's sync steps do. Yjs itself may wait for ever where updates that build on each other came in the
   *  wrong order (about once in 200 runs), though it has been given them all; a server never sends them so. */
  private synchronise(): void {
    for (const editor of this.editors) editor.hand = () => {}
    for (const to of this.editors) {
      for (const from of this.editors) {
        if (from !== to) to.receive(Y.encodeStateAsUpdate(from.doc, Y.encodeStateVector(to.doc)))
      }
      this.check(to, "synchronising")
    }
  }

  private judge(): void {
    const first = this.editors[0] as Editor
    for (const editor of this.editors) {
      assert.equal(editor.delta, first.delta, "not converged")
      assert.equal(editor.properties, first.properties, "not converged")
    }
    const end = typedIn(first.state.doc)
    for (const char of this.typed) {
      if (this.touched.has(char)) continue
      const n = end.get(char) ?? 0
      assert.ok(this.moved.has(char) ? n > 0 : n === 1, `${char} stands there ${n} times`)
    }
    const ids: (string | null)[] = []
    first.state.doc.forEach(block => {
      const { id, kind } = attrsOf(block)
      ids.push(id)
      if (id !== null) assert.ok(this.kinds.get(id)?.has(kind), `nobody made ${id} a ${kind}`)
    })
    assert.equal(new Set(effectiveIds(ids)).size, ids.length, "ids read by everybody are unique")
  }
}

const long = process.env["FUZZ"] === "long"
const scale = long ? 10 : 1
const base = Number(process.env["SEED"] ?? (long ? Math.floor(Math.random() * 1e6) : 1))

for (const [name, plan, runs] of [
  ["three editors, without undo and move", { editors: 3, acts: 400, undo: false, move: false }, 4],
  ["three editors, every act", { editors: 3, acts: 400, undo: true, move: true }, 4],
  ["five editors, away for long, composing", { editors: 5, acts: 400, undo: true, move: true, away: true }, 2],
  ["twenty editors, every act", { editors: 20, acts: 300, undo: true, move: true }, 1],
] as const) {
  test(`${name} (first seed ${base})`, () => {
    for (let i = 0; i < runs * scale; i++) new Run({ ...plan, seed: base + i }).run()
  })
}
