// Positions in the Y.Text ⇄ positions in ProseMirror. `off` is 1 while the text lacks its first marker, else 0.
import type { Node } from "prosemirror-model"

/** The ProseMirror position right after the Y unit `y - 1`. */
export function fromText(doc: Node, y: number, off: number): number {
  let rest = y + off
  let position = 0
  if (rest <= 0) return 0
  for (let i = 0; i < doc.childCount; i++) {
    const block = doc.child(i)
    if (rest <= block.content.size + 1) return position + rest
    rest -= block.content.size + 1
    position += block.nodeSize
  }
  return Math.max(0, position - 1)
}

/** How many Y units stand before a ProseMirror position. */
export function toText(doc: Node, position: number, off: number): number {
  const $position = doc.resolve(position)
  if (!$position.depth) return Math.max(0, position - $position.index(0) - off)
  return position - $position.index(0) - off
}
