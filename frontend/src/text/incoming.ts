// Y delta → steps of a ProseMirror transaction.
import { Fragment, Slice, type Node } from "prosemirror-model"
import type { Transaction } from "prosemirror-state"
import { fromText } from "./positions"
import { makeBlock, plain, type Op, type Properties } from "./projection"
import { blockAttrs, charMarks, inlineNodes, schema, type Attributes } from "./schema"

/** A delta that cannot be applied piece by piece, because the head of the text is touched. */
export class HeadChanged extends RangeError {}

/** Adds the steps of `delta` to `tr`. Each operation is a step of its own, so the selection is mapped through it.
 *  @throws HeadChanged when the first marker comes or goes: then the caller projects the text anew. */
export function applyDelta(tr: Transaction, delta: readonly Op[], off: number, map: Properties): void {
  let y = off // counted with the head's missing marker, so units and blocks always line up
  if (off && !delta[0]?.retain) throw new HeadChanged()
  for (const raw of delta) {
    const op = plain(raw, map)
    if (op.delete) remove(tr, y, op.delete)
    else if (op.insert !== undefined) {
      insert(tr, y, op.insert, op.attributes)
      y += op.insert.length
    } else {
      if (op.attributes) format(tr, y, y + (op.retain ?? 0), op.attributes)
      y += op.retain ?? 0
    }
  }
}

function remove(tr: Transaction, y: number, length: number): void {
  const from = fromText(tr.doc, y, 0)
  let to = fromText(tr.doc, y + length, 0)
  if (y === 0) {
    // the first marker goes: only whole blocks may, and one must stay
    const $to = tr.doc.resolve(to)
    if (to === tr.doc.content.size - 1 || $to.parentOffset !== $to.parent.content.size) throw new HeadChanged()
    to++
  }
  tr.delete(from, to)
}

function insert(tr: Transaction, y: number, text: string, attributes: Attributes | undefined): void {
  const parts = text.split("\n")
  if (y === 0 && parts[0]) throw new HeadChanged()
  const position = fromText(tr.doc, y, 0)
  if (parts.length === 1) {
    const inline = Fragment.fromArray(inlineNodes(text, attributes))
    tr.replace(position, position, new Slice(inline, 0, 0))
    return
  }
  const blocks = parts.map(part => makeBlock(blockAttrs(attributes), inlineNodes(part, attributes)))
  if (y === 0) tr.insert(0, blocks.slice(1))
  else tr.replace(position, position, new Slice(Fragment.fromArray(blocks), 1, 1))
}

function format(tr: Transaction, y0: number, y1: number, attributes: Attributes): void {
  const changes = Object.entries(attributes).filter(([name]) => name in schema.marks)
  let y = 0
  let position = 0
  tr.doc.forEach(block => {
    const end = y + block.content.size + 1
    const from = position + Math.max(y0, y + 1) - y
    const to = position + Math.min(y1, end) - y
    if (from < to) for (const [name, value] of changes) setMark(tr, from, to, name, value)
    y = end
    position += block.nodeSize
  })
}

function setMark(tr: Transaction, from: number, to: number, name: string, value: unknown): void {
  const mark = charMarks({ [name]: value })[0]
  if (mark) tr.addMark(from, to, mark)
  else tr.removeMark(from, to, schema.marks[name as keyof typeof schema.marks])
}

/** Replaces what differs in one piece: for the rare cases, and as the safety net. */
export function replaceAll(tr: Transaction, doc: Node): void {
  const start = tr.doc.content.findDiffStart(doc.content)
  if (start === null) return
  let { a, b } = tr.doc.content.findDiffEnd(doc.content) as { a: number; b: number }
  const overlap = start - Math.min(a, b)
  if (overlap > 0) {
    a += overlap
    b += overlap
  }
  tr.replace(start, a, doc.slice(start, b))
  if (!tr.doc.eq(doc)) tr.replace(0, tr.doc.content.size, new Slice(doc.content, 0, 0))
}
