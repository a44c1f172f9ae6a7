// Reads texts as the editor does: a line of base64 (a Yjs update) in, a line of JSON (its blocks) out. The tests of the
// server compare it with their own reading.
import { createInterface } from "node:readline"
import type { Node } from "prosemirror-model"
import * as Y from "yjs"
import { project } from "../src/text/projection"
import { HARD_BREAK } from "../src/text/prose"
import { attrsOf, charAttrs, effectiveIds, nodes } from "../src/text/schema"

interface Run {
  text: string
  strong: boolean
  em: boolean
  link: string | null
  note: string | null
}

function runsOf(block: Node): Run[] {
  const runs: Run[] = []
  block.forEach(node => {
    const run = runOf(node)
    const last = runs[runs.length - 1]
    const joins = last && last.note === null && run.note === null
    if (joins && last.strong === run.strong && last.em === run.em && last.link === run.link) last.text += run.text
    else if (run.text || run.note !== null) runs.push(run)
  })
  return runs
}

function runOf(node: Node): Run {
  if (node.type === nodes.footnote_ref) {
    return { text: "", strong: false, em: false, link: null, note: node.attrs["id"] as string | null }
  }
  const { strong, em, link } = charAttrs(node)
  const text = node.isText ? (node.text as string) : HARD_BREAK
  return { text, strong: strong === true, em: em === true, link: typeof link === "string" ? link : null, note: null }
}

function read(line: string): unknown {
  const doc = new Y.Doc()
  Y.applyUpdate(doc, Buffer.from(line, "base64"))
  const blocks: Node[] = []
  project(doc.getText("body")).doc.forEach(block => blocks.push(block))
  const ids = effectiveIds(blocks.map(block => attrsOf(block).id))
  return blocks.map((block, i) => {
    const { kind, depth, of } = attrsOf(block)
    return { id: ids[i], kind, depth, of, runs: runsOf(block) }
  })
}

for await (const line of createInterface({ input: process.stdin })) console.log(JSON.stringify(read(line)))
