// Editing commands on the flat block model: plain (state, dispatch) commands.
import type { Node } from "prosemirror-model"
import { TextSelection, type Command, type EditorState } from "prosemirror-state"
import { isHref, isList, MAX_DEPTH, newId, type Kind } from "./text/prose"
import { attrsOf, marks, nodes } from "./text/schema"

interface Place {
  readonly block: Node
  readonly position: number
}

/** The block that holds the head of the selection. */
export function currentBlock(state: EditorState): Place & { readonly offset: number } {
  const { $head } = state.selection
  return { block: $head.parent, position: $head.before(1), offset: $head.parentOffset }
}

export function selectedBlocks(state: EditorState): Place[] {
  const found: Place[] = []
  const { from, to } = state.selection
  state.doc.forEach((block, position) => {
    if (position + block.nodeSize - 1 >= from && position + 1 <= to) found.push({ block, position })
  })
  return found
}

/** After a heading or a footnote follows a paragraph; anything else goes on as it is. */
const following = (kind: Kind): Kind => (/^heading|footnote/.test(kind) ? "paragraph" : kind)

export const enter: Command = (state, dispatch) => {
  const { block } = currentBlock(state)
  const { selection } = state
  if (selection.empty && !block.content.size && attrsOf(block).kind !== "paragraph") return outdentOrPlain(state, dispatch)
  if (!dispatch) return true
  const { tr } = state
  if (!selection.empty) tr.deleteSelection()
  const $at = tr.doc.resolve(tr.mapping.map(selection.from))
  const attrs = attrsOf($at.parent)
  if ($at.parentOffset === 0 && $at.parent.content.size) {
    // at the start: the new empty block goes above, the text keeps its id
    tr.insert($at.before(1), nodes.block.create({ ...attrs, id: newId() }))
  } else {
    const atEnd = $at.parentOffset === $at.parent.content.size
    tr.split($at.pos, 1, [
      { type: nodes.block, attrs: { ...attrs, id: newId(), kind: atEnd ? following(attrs.kind) : attrs.kind } },
    ])
  }
  dispatch(tr.scrollIntoView())
  return true
}

/** One level out of a list, or back to a paragraph; false for a paragraph. */
export const outdentOrPlain: Command = (state, dispatch) => {
  const { block, position } = currentBlock(state)
  const { kind, depth } = attrsOf(block)
  if (depth > 0 && isList(kind)) {
    dispatch?.(state.tr.setNodeAttribute(position, "depth", depth - 1))
    return true
  }
  if (kind === "paragraph") return false
  if (dispatch) {
    const tr = state.tr.setNodeAttribute(position, "kind", "paragraph")
    dispatch(depth ? tr.setNodeAttribute(position, "depth", 0) : tr)
  }
  return true
}

export const backspace: Command = (state, dispatch) => {
  const { position, offset } = currentBlock(state)
  if (!state.selection.empty || offset) return false
  if (outdentOrPlain(state, dispatch)) return true
  if (position === 0) return true
  const above = state.doc.resolve(position).nodeBefore as Node
  // an empty block above is removed itself, so the text keeps its id and kind
  const from = above.content.size ? position - 1 : position - above.nodeSize
  dispatch?.(state.tr.delete(from, above.content.size ? position + 1 : position).scrollIntoView())
  return true
}

export const deleteForward: Command = (state, dispatch) => {
  const { block, position, offset } = currentBlock(state)
  const end = position + block.nodeSize
  if (!state.selection.empty || offset !== block.content.size || end >= state.doc.content.size) return false
  const from = block.content.size ? end - 1 : position
  dispatch?.(state.tr.delete(from, block.content.size ? end + 1 : end).scrollIntoView())
  return true
}

/** Sets the kind of every selected block, or takes it back to a paragraph where all have it already. */
export const setKind =
  (kind: Kind): Command =>
  (state, dispatch) => {
    const places = selectedBlocks(state)
    const next = places.every(place => attrsOf(place.block).kind === kind) ? "paragraph" : kind
    const { tr } = state
    for (const { block, position } of places) {
      tr.setNodeAttribute(position, "kind", next)
      if (attrsOf(block).depth && !isList(next)) tr.setNodeAttribute(position, "depth", 0)
    }
    dispatch?.(tr)
    return true
  }

/** Deeper (1) or less deep (-1) in a list; outside lists false, so that Tab leaves the editor. */
export const indent =
  (by: 1 | -1): Command =>
  (state, dispatch) => {
    const { tr } = state
    for (const { block, position } of selectedBlocks(state)) {
      const { kind, depth } = attrsOf(block)
      if (!isList(kind)) continue
      const above = state.doc.resolve(position).nodeBefore
      const deepest = above && isList(attrsOf(above).kind) ? Math.min(MAX_DEPTH, attrsOf(above).depth + 1) : 0
      const next = Math.max(0, Math.min(by > 0 ? deepest : MAX_DEPTH, depth + by))
      if (next !== depth) tr.setNodeAttribute(position, "depth", next)
    }
    if (!tr.docChanged) return false
    dispatch?.(tr)
    return true
  }

export const hardBreak: Command = (state, dispatch) => {
  dispatch?.(state.tr.replaceSelectionWith(nodes.hard_break.create()).scrollIntoView())
  return true
}

/** The link around the caret: its range and address, or null. */
export function linkAt(state: EditorState): { from: number; to: number; href: string } | null {
  const { $from } = state.selection
  const around = [...($from.nodeAfter?.marks ?? []), ...($from.nodeBefore?.marks ?? [])]
  const mark = around.find(each => each.type === marks.link)
  if (!mark) return null
  let from = -1
  let to = -1
  $from.parent.forEach((node, offset) => {
    if (!mark.isInSet(node.marks)) return
    const start = $from.start() + offset
    if (to === start) to = start + node.nodeSize // the link goes on
    else if (to < $from.pos) [from, to] = [start, start + node.nodeSize]
  })
  return { from, to, href: mark.attrs["href"] as string }
}

/** Links the selected words, or the link around the caret; null takes the link away. */
export const setLink =
  (href: string | null): Command =>
  (state, dispatch) => {
    const range = state.selection.empty ? linkAt(state) : state.selection
    if (!range || (href !== null && !isHref(href))) return false
    const { tr } = state
    tr.removeMark(range.from, range.to, marks.link)
    if (href !== null) tr.addMark(range.from, range.to, marks.link.create({ href }))
    dispatch?.(tr)
    return true
  }

/** Moving is delete and insert in a Y.Text: where somebody else is in this block, its neighbour moves instead. */
export const moveBlock =
  (direction: 1 | -1, occupied: (block: Node) => boolean = () => false): Command =>
  (state, dispatch) => {
    const { block, position, offset } = currentBlock(state)
    const end = position + block.nodeSize
    const other = direction < 0 ? state.doc.resolve(position).nodeBefore : state.doc.resolve(end).nodeAfter
    if (!other) return false
    if (!dispatch) return true
    const { tr } = state
    const otherAt = direction < 0 ? position - other.nodeSize : end
    if (occupied(block) && !occupied(other)) {
      tr.delete(otherAt, otherAt + other.nodeSize)
      tr.insert(direction < 0 ? otherAt + block.nodeSize : position, other)
    } else {
      const target = direction < 0 ? otherAt : position + other.nodeSize
      tr.delete(position, end).insert(target, block)
      tr.setSelection(TextSelection.create(tr.doc, target + 1 + offset))
    }
    dispatch(tr.scrollIntoView())
    return true
  }

/** A reference at the caret and its footnote at the end of the text, with the caret in it. */
export const insertFootnote: Command = (state, dispatch) => {
  if (!dispatch) return true
  const id = newId()
  const tr = state.tr.replaceSelectionWith(nodes.footnote_ref.create({ id }))
  tr.insert(tr.doc.content.size, nodes.block.create({ id, kind: "footnote" }))
  dispatch(tr.setSelection(TextSelection.create(tr.doc, tr.doc.content.size - 1)).scrollIntoView())
  return true
}
