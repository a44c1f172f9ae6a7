// Which blocks are shown to their author after a time without the server.
import assert from "node:assert/strict"
import { test } from "node:test"
import * as Y from "yjs"
import { unmerged } from "../src/text/reunion"
import { wordsOf } from "../src/text/words"

const blocks = (...entries: [string, string][]): Map<string, string> => new Map(entries)
const base = blocks(["b1", "Springs and rivers are governed by those who live along them."], ["b2", "Second."])
const mine = blocks(["b1", "Springs, lakes and rivers are governed by those who live along them."], ["b2", "Second."])

test("others corrected elsewhere in the block: merged", () => {
  const merged = blocks(["b1", "Springs, lakes and rivers are cared for by those who live along them."], ["b2", "Other."])
  assert.deepEqual(unmerged(base, mine, merged), [])
})

test("others rewrote the block: shown, with what stands there now", () => {
  const merged = blocks(["b1", ", lakesNobody owns water."], ["b2", "Second."])
  assert.deepEqual(unmerged(base, mine, merged), [{ id: "b1", yours: mine.get("b1"), theirs: ", lakesNobody owns water." }])
})

test("others removed the block: shown", () => {
  assert.deepEqual(unmerged(base, mine, blocks(["b2", "Second., lakes"])).map(each => each.theirs), [""])
})

test("others joined the block to another: its words stand there", () => {
  const merged = blocks(["b2", `Second.${mine.get("b1")}`])
  assert.deepEqual(unmerged(base, mine, merged), [])
})

test("a block that only I made stands there", () => {
  const added = blocks(...mine, ["b3", "Mine alone."])
  assert.deepEqual(unmerged(base, added, added), [])
})

test("the words of updates, block by block", () => {
  const doc = new Y.Doc()
  const updates: Uint8Array[] = []
  doc.on("update", (update: Uint8Array) => updates.push(update))
  const text = doc.getText("body")
  text.insertEmbed(0, { b: "b1" }, {})
  text.insert(1, "one", {})
  text.insertEmbed(4, { b: "b2" }, {})
  text.insert(5, "two", {})
  text.delete(1, 1)
  assert.equal(wordsOf(updates), "one\ntwo")
  assert.equal(wordsOf([]), "")
})
