// The binding by itself: heads without a marker, foreign content, refused characters, undo of one's own changes only.
import assert from "node:assert/strict"
import { test } from "node:test"
import * as Y from "yjs"
import * as commands from "../src/commands"
import { project } from "../src/text/projection"
import { Editor, seed, show } from "./editors"

const START = [{ insert: { b: "b1" } }, { insert: "One two", attributes: {} }]
const text = (editor: Editor): string => show(editor.state.doc)

test("an empty text gets its first marker with the first keystroke", () => {
  const editor = new Editor(2, seed([]))
  assert.ok(editor.binding.bare)
  editor.select(1).type("a")
  assert.equal(editor.binding.bare, false)
  assert.deepEqual(Object.keys((editor.doc.getText("body").toDelta()[0] as { insert: object }).insert), ["b"])
})

test("a block above a bare head gives that head a marker too", () => {
  const editor = new Editor(2, seed([{ insert: "lost" }, ...START]))
  editor.select(1).run(commands.enter)
  assert.equal(text(editor), "[new paragraph]  ¶ [new paragraph] lost ¶ [b1 paragraph] One two")
  assert.ok(project(editor.binding.text).doc.eq(editor.state.doc))
})

test("text before the first marker is a paragraph", () => {
  const editor = new Editor(2, seed([{ insert: "lost" }, ...START]))
  assert.equal(text(editor), "[new paragraph] lost ¶ [b1 paragraph] One two")
})

test("unknown kinds, depths, marks and embeds are read and never deleted", () => {
  const foreign = [{ insert: { b: "b1" } }, { insert: "x", attributes: { colour: "red" } }, { insert: { image: 1 } }]
  const editor = new Editor(2, seed(foreign, { "b1.kind": "poem", "b1.depth": 40, "b1.rhyme": "aa" }))
  assert.equal(text(editor), "[b1 paragraph5] x*")
  editor.select(1).type("y")
  assert.ok(editor.delta.includes('"colour":"red"') && editor.delta.includes('"image":1'))
  assert.equal(editor.doc.getMap("blocks").get("b1.rhyme"), "aa")
})

test("refused characters become spaces, breaks or nothing", () => {
  const editor = new Editor(2, seed(START))
  editor.select(4).type("a\u0007\tb\u2028c\ufffcd")
  assert.equal(text(editor), "[b1 paragraph] Onea b⏎cd two")
  assert.ok(project(editor.binding.text).doc.eq(editor.state.doc))
})

test("the source block of a translation goes along with a split and stays with a kind", () => {
  const editor = new Editor(2, seed(START, { "b1.of": "s1" }))
  editor.select(4).run(commands.enter)
  const sources: unknown[] = []
  editor.state.doc.forEach(block => sources.push(block.attrs["of"]))
  assert.deepEqual(sources, ["s1", "s1"])
  assert.equal(Object.values(editor.doc.getMap("blocks").toJSON()).filter(value => value === "s1").length, 2)
})

test("undo takes back one's own words and leaves the others'", () => {
  const mine = new Editor(2, seed(START))
  const theirs = new Editor(3, seed(START))
  mine.select(4).type(" and a half")
  theirs.select(1).type("Zero ")
  mine.receive(Y.encodeStateAsUpdate(theirs.doc))
  assert.equal(text(mine), "[b1 paragraph] Zero One and a half two")
  mine.binding.undoOwn()
  assert.equal(text(mine), "[b1 paragraph] Zero One two")
  mine.binding.undoOwn()
  assert.equal(text(mine), "[b1 paragraph] Zero One two")
  mine.binding.redoOwn()
  assert.equal(text(mine), "[b1 paragraph] Zero One and a half two")
})

test("others' updates wait while an input method composes", () => {
  const mine = new Editor(2, seed(START))
  const theirs = new Editor(3, seed(START))
  theirs.select(1).type("Zero ")
  const composing = Object.assign(mine, { composing: true })
  mine.binding.receive(Y.encodeStateAsUpdate(theirs.doc), "net")
  assert.equal(text(mine), "[b1 paragraph] One two")
  composing.composing = false
  mine.binding.flush()
  assert.equal(text(mine), "[b1 paragraph] Zero One two")
})
