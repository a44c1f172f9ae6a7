// One ProseMirror step → one small Y delta.
import type { Node } from "prosemirror-model"
import type { Step } from "prosemirror-transform"
import { HARD_BREAK, REFERENCE } from "./prose"
import { attrsOf, charAttrs, nodes, type Attributes } from "./schema"
import { toText } from "./positions"
import type { Op } from "./projection"

/** One Y unit: a UTF-16 unit of text, a marker ("\n" with its id) or a reference (with its footnote's id). */
interface Unit {
  readonly char: string
  readonly id?: string | null
  readonly attributes: Attributes
}
export interface StepDelta {
  /** Empty when only kind, depth or source of a block changed. */
  readonly delta: Op[]
  /** Index of the first block that changed. */
  readonly first: number
}

function unitsOf(doc: Node, from: number, to: number): Unit[] {
  const units: Unit[] = []
  for (let i = from; i < to; i++) {
    const block = doc.child(i)
    units.push({ char: "\n", id: attrsOf(block).id, attributes: {} })
    block.content.forEach(node => pushInline(units, node))
  }
  return units
}

function pushInline(units: Unit[], node: Node): void {
  const attributes = charAttrs(node)
  if (node.isText) {
    const text = node.text as string
    for (let k = 0; k < text.length; k++) units.push({ char: text[k] as string, attributes }) // UTF-16 units, as Y counts
  } else if (node.type === nodes.hard_break) units.push({ char: HARD_BREAK, attributes })
  else units.push({ char: REFERENCE, id: node.attrs["id"] as string | null, attributes })
}

const same = (a: Unit, b: Unit): boolean => a.char === b.char && a.id === b.id

/** What has to be set (or unset with null) to get from one set of attributes to another; null when nothing. */
function difference(before: Attributes, after: Attributes): Attributes | null {
  if (before === after) return null
  const found: Attributes = {}
  for (const name in before) if (!(name in after)) found[name] = null
  for (const name in after) if (before[name] !== after[name]) found[name] = after[name]
  return Object.keys(found).length ? found : null
}

const equal = (a: Attributes | undefined, b: Attributes | undefined): boolean =>
  a === b || JSON.stringify(a) === JSON.stringify(b)

/** Collects operations, joining neighbours, and knows whether any of them changes something. */
class Delta {
  readonly ops: Op[] = []
  private changes = false

  retain(length: number, attributes: Attributes | null = null): void {
    const last = this.ops[this.ops.length - 1]
    if (last?.retain && equal(last.attributes, attributes ?? undefined)) last.retain += length
    else this.ops.push(attributes ? { retain: length, attributes } : { retain: length })
    if (attributes) this.changes = true
  }

  delete(length: number): void {
    if (length <= 0) return
    this.ops.push({ delete: length })
    this.changes = true
  }

  /** Attributes are always explicit: with none given, Yjs would inherit those of the neighbour. */
  insert(unit: Unit): void {
    this.changes = true
    const last = this.ops[this.ops.length - 1]
    if (unit.char === "\n") this.ops.push({ insert: { b: unit.id }, attributes: {} })
    else if (unit.char === REFERENCE) this.ops.push({ insert: { fn: unit.id }, attributes: unit.attributes })
    else if (typeof last?.insert === "string" && equal(last.attributes, unit.attributes)) last.insert += unit.char
    else this.ops.push({ insert: unit.char, attributes: unit.attributes })
  }

  finish(): Op[] {
    if (!this.changes) return []
    while (this.ops.length) {
      const last = this.ops[this.ops.length - 1] as Op
      if (!last.retain || last.attributes) break
      this.ops.pop()
    }
    return this.ops
  }
}

/** The blocks that differ: [first, end in `before`, end in `after`, Y units before them]. */
function changedBlocks(before: Node, after: Node): [first: number, a: number, b: number, units: number] {
  let first = 0
  let a = before.childCount
  let b = after.childCount
  let units = 0
  while (first < a && first < b && before.child(first) === after.child(first)) {
    units += before.child(first++).content.size + 1
  }
  while (a > first && b > first && before.child(a - 1) === after.child(b - 1)) {
    a--
    b--
  }
  return [first, a, b, units]
}

/** Common units at both ends. `limit` keeps "aa|a": a typed "a" goes where the caret was. */
function commonEnds(A: Unit[], B: Unit[], limit: number): [prefix: number, suffix: number] {
  const max = Math.min(A.length, B.length)
  const most = Math.min(max, Math.max(0, limit))
  let prefix = 0
  let suffix = 0
  while (prefix < most && same(A[prefix] as Unit, B[prefix] as Unit)) prefix++
  while (suffix < max - prefix && same(A[A.length - 1 - suffix] as Unit, B[B.length - 1 - suffix] as Unit)) suffix++
  // Never half a character: two that share one of their two units are replaced whole.
  if (prefix && /[\ud800-\udbff]/.test((A[prefix - 1] as Unit).char)) prefix--
  if (suffix && /[\udc00-\udfff]/.test((A[A.length - suffix] as Unit).char)) suffix--
  return [prefix, suffix]
}

const keepsUnits = (step: Step): boolean => {
  let keeps = true
  step.getMap().forEach(() => {
    keeps = false
  })
  return keeps
}

/** The delta of one step, or null when it changed nothing. A step is one contiguous change, so prefix and suffix
 *  inside the changed blocks are exact, and nothing else is touched. */
export function stepDelta(before: Node, after: Node, step: Step): StepDelta | null {
  const [first, a, b, units] = changedBlocks(before, after)
  if (a === first && b === first) return null
  const A = unitsOf(before, first, a)
  const B = unitsOf(after, first, b)
  const from = (step as Step & { from?: number }).from
  const [prefix, suffix] =
    keepsUnits(step) && A.length === B.length
      ? [A.length, 0] // mark and attribute steps: the same units with other attributes
      : commonEnds(A, B, from === undefined ? Infinity : toText(before, from, 0) - units)

  const delta = new Delta()
  if (units) delta.retain(units)
  for (let k = 0; k < prefix; k++) {
    const was = A[k] as Unit
    const is = B[k] as Unit
    if (was.char === "\n" && was.id !== is.id) {
      delta.delete(1) // a new id is a new marker
      delta.insert(is)
    } else delta.retain(1, difference(was.attributes, is.attributes))
  }
  delta.delete(A.length - suffix - prefix)
  for (let k = prefix; k < B.length - suffix; k++) delta.insert(B[k] as Unit)
  for (let k = suffix; k > 0; k--) {
    delta.retain(1, difference((A[A.length - k] as Unit).attributes, (B[B.length - k] as Unit).attributes))
  }
  return { delta: delta.finish(), first }
}
