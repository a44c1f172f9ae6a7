// Two editors act on the same base, then exchange updates: what people see afterwards, for both orders of client ids.
import assert from "node:assert/strict"
import { test } from "node:test"
import { toggleMark } from "prosemirror-commands"
import * as Y from "yjs"
import * as commands from "../src/commands"
import { project } from "../src/text/projection"
import { marks } from "../src/text/schema"
import { Editor, seed, show } from "./editors"

const one = [{ insert: { b: "b1" } }, { insert: "We condemn the war and demand peace now.", attributes: {} }]
const two = [
  { insert: { b: "b1" } },
  { insert: "First block here.", attributes: {} },
  { insert: { b: "b2" } },
  { insert: "Second block here.", attributes: {} },
  { insert: { b: "b3" } },
  { insert: "Third.", attributes: {} },
]
type Act = (editor: Editor) => unknown
type Row = [name: string, base: typeof one, a: Act, b: Act, ...outcomes: string[]]

const strong = toggleMark(marks.strong)
const join = (at: number): Act => editor => {
  editor.select(at).run(commands.backspace) // a list item first becomes a paragraph
  if (at === 20) editor.select(at).run(commands.backspace)
}
const typing = (text: string, at: number): Act => editor => editor.select(at).type(text)
const enter = (at: number): Act => editor => editor.select(at).run(commands.enter)
const kind = (name: Parameters<typeof commands.setKind>[0], at: number): Act => editor =>
  editor.select(at).run(commands.setKind(name))
const remove = (from: number, to: number): Act => editor => editor.select(from, to).change(tr => tr.deleteSelection())
const mark = (from: number, to: number): Act => editor => editor.select(from, to).run(strong)
const move: Act = editor => editor.select(5).run(commands.moveBlock(1))

const REST = " ¶ [b2 bullet] Second block here. ¶ [b3 paragraph] Third."
const table: Row[] = [
  ["Enter and Enter at one place", one, enter(16), enter(16),
    "[b1 paragraph] We condemn the  ¶ [new paragraph]  ¶ [new paragraph] war and demand peace now."],
  ["Enter, and typing in the tail", one, enter(16), typing("immediate ", 31),
    "[b1 paragraph] We condemn the  ¶ [new paragraph] war and demand immediate peace now."],
  ["Enter, and typing at the same place", one, enter(16), typing("cruel ", 16),
    "[b1 paragraph] We condemn the  ¶ [new paragraph] cruel war and demand peace now.",
    "[b1 paragraph] We condemn the cruel  ¶ [new paragraph] war and demand peace now."],
  ["Enter at the start, and typing there", one, enter(1), typing("Today ", 1),
    "[new paragraph]  ¶ [b1 paragraph] Today We condemn the war and demand peace now."],
  ["join, and typing in the second", two, join(20), typing("NEW ", 27),
    "[b1 paragraph] First block here.Second NEW block here. ¶ [b3 paragraph] Third."],
  ["join of one and two, and of two and three", two, join(20), join(40),
    "[b1 paragraph] First block here.Second block here.Third."],
  ["join, and kind of the block that goes", two, join(40), kind("quote", 41),
    "[b1 paragraph] First block here. ¶ [b2 bullet] Second block here.Third."],
  ["kind, and typing", one, kind("heading1", 5), typing("terrible ", 16),
    "[b1 heading1] We condemn the terrible war and demand peace now."],
  ["kind, and Enter", one, kind("heading1", 5), enter(16),
    "[b1 heading1] We condemn the  ¶ [new paragraph] war and demand peace now."],
  ["kind and another kind", one, kind("heading1", 5), kind("quote", 5),
    "[b1 heading1] We condemn the war and demand peace now.", "[b1 quote] We condemn the war and demand peace now."],
  ["deleting a range, and typing inside it", one, remove(4, 30), typing("KEPT", 16), "[b1 paragraph] We KEPT peace now."],
  ["deleting over the break, and typing in the second", two, remove(7, 27), typing("NEW ", 23),
    "[b1 paragraph] First NEW block here. ¶ [b3 paragraph] Third."],
  ["two hard breaks", one, e => e.select(16).run(commands.hardBreak), e => e.select(23).run(commands.hardBreak),
    "[b1 paragraph] We condemn the ⏎war and⏎ demand peace now."],
  ["strong, and typing inside", one, mark(4, 20), typing("openly ", 12),
    "[b1 paragraph] We <strong>condemn openly the war</> and demand peace now."],
  ["strong and strong, overlapping", one, mark(4, 20), mark(12, 30), "*"],
  ["strong, and Enter inside", one, mark(4, 20), enter(12), "*"],
  ["move, and typing in it", two, move, typing("NEW ", 7), "*"],
  ["move and move, of one block", two, move, move, "*"],
  ["move, and typing in another", two, move, typing("NEW ", 27),
    "[b2 bullet] Second NEW block here. ¶ [b1 paragraph] First block here. ¶ [b3 paragraph] Third."],
  ["typing and typing at one place", one, typing("alpha ", 16), typing("beta ", 16),
    "[b1 paragraph] We condemn the alpha beta war and demand peace now.",
    "[b1 paragraph] We condemn the beta alpha war and demand peace now."],
]

function outcome(base: Uint8Array, ids: readonly [number, number], actA: Act, actB: Act): string {
  const a = new Editor(ids[0], base)
  const b = new Editor(ids[1], base)
  actA(a)
  actB(b)
  for (const [to, from] of [[a, b], [b, a], [a, b]] as const) to.receive(Y.encodeStateAsUpdate(from.doc))
  assert.equal(show(a.state.doc), show(b.state.doc), "diverged")
  assert.ok(project(a.binding.text).doc.eq(a.state.doc), "shown as held")
  return show(a.state.doc)
}

for (const [name, delta, a, b, ...allowed] of table) {
  test(name, () => {
    const base = seed(delta, { "b2.kind": "bullet" })
    const seen = ([[2, 3], [3, 2]] as const).map(ids => outcome(base, ids, a, b))
    if (allowed[0] === "*") return // known limits: they converge, and what they show is not settled
    for (const each of seen) assert.ok(allowed.includes(each), each)
  })
}

test("the untouched rest stays as it was", () => {
  const base = seed(two, { "b2.kind": "bullet" })
  assert.equal(outcome(base, [2, 3], typing("A", 1), typing("B", 2)), `[b1 paragraph] AFBirst block here.${REST}`)
})
