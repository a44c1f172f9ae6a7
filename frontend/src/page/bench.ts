// The translator's bench: source and target side by side. The counterpart of the block with the caret is marked, and a
// target block that is missing is put at its place.
import type { Node } from "prosemirror-model"
import { TextSelection } from "prosemirror-state"
import type { EditorView } from "prosemirror-view"
import { newId } from "../text/prose"
import { attrsOf, nodes } from "../text/schema"
import { currentBlock } from "../commands"
import { markCounterpart } from "../view/counterpart"
import type { Session } from "./session"

/** `root` holds the bench and the buttons that begin a block; without a script these have no use and are hidden. */
export function startBench(source: Session, target: Session, root: HTMLElement): void {
  target.onUpdate = view => followCaret(view, "of", source.view, "id")
  source.onUpdate = view => followCaret(view, "id", target.view, "of")
  for (const button of root.querySelectorAll<HTMLElement>("[data-start-block]")) button.hidden = false
  root.addEventListener("click", event => {
    const button = (event.target as Element).closest<HTMLElement>("[data-start-block]")
    const id = button?.dataset["startBlock"]
    if (id && source.view && target.view) startBlock(source.view.state.doc, target.view, id)
  })
}

const marked = new WeakMap<EditorView, string | null>()

function followCaret(from: EditorView, own: "id" | "of", to: EditorView | null, by: "id" | "of"): void {
  if (!to || !from.hasFocus()) return
  const value = attrsOf(currentBlock(from.state).block)[own]
  if (marked.get(to) === value) return
  marked.set(to, value)
  queueMicrotask(() => {
    if (!to.isDestroyed) to.dispatch(markCounterpart(to.state.tr, { by, value }))
  })
}

/** Puts the caret into the target block of a source block; makes an empty one after the nearest translated
 *  predecessor where there is none. */
export function startBlock(source: Node, view: EditorView, id: string): void {
  const { state } = view
  const there = findBlock(state.doc, block => attrsOf(block).of === id)
  if (there) {
    focus(view, there.position)
    return
  }
  const found = findBlock(source, block => attrsOf(block).id === id)
  if (!found || !view.editable) return
  const { kind, depth } = attrsOf(found.block)
  const at = placeFor(source, state.doc, id)
  view.dispatch(state.tr.insert(at, nodes.block.create({ id: newId(), kind, depth, of: id })))
  focus(view, at)
}

function focus(view: EditorView, position: number): void {
  view.focus()
  view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, position + 1)).scrollIntoView())
}

function findBlock(doc: Node, is: (block: Node) => boolean): { block: Node; position: number } | null {
  let found: { block: Node; position: number } | null = null
  doc.forEach((block, position) => {
    if (!found && is(block)) found = { block, position }
  })
  return found
}

/** After the last target block of any source block before `id`. */
function placeFor(source: Node, target: Node, id: string): number {
  const before = new Set<string | null>()
  let reached = false
  source.forEach(block => {
    reached ||= attrsOf(block).id === id
    if (!reached) before.add(attrsOf(block).id)
  })
  let place = 0
  target.forEach((block, position) => {
    const { of } = attrsOf(block)
    if (of !== null && before.has(of)) place = position + block.nodeSize
  })
  return place
}
