// Numbers of footnotes: in the order of their references, on the reference and on the footnote.
import type { Node } from "prosemirror-model"
import { Plugin, PluginKey } from "prosemirror-state"
import { Decoration, DecorationSet } from "prosemirror-view"
import { attrsOf, nodes } from "../text/schema"

function decorate(doc: Node): DecorationSet {
  const numbers = new Map<unknown, number>()
  const found: Decoration[] = []
  const number = (id: unknown, from: number, size: number): void => {
    const n = numbers.get(id)
    if (n !== undefined) found.push(Decoration.node(from, from + size, { "data-n": String(n) }))
  }
  doc.descendants((node, position) => {
    if (node.type !== nodes.footnote_ref) return
    const id: unknown = node.attrs["id"]
    if (!numbers.has(id)) numbers.set(id, numbers.size + 1)
    number(id, position, 1)
  })
  doc.forEach((block, position) => {
    if (attrsOf(block).kind === "footnote") number(attrsOf(block).id, position, block.nodeSize)
  })
  return DecorationSet.create(doc, found)
}

const hasFootnotes = (doc: Node): boolean => {
  let found = false
  doc.forEach(block => (found ||= attrsOf(block).kind === "footnote"))
  return found
}

const key = new PluginKey<DecorationSet>("footnotes")
export const footnotePlugin = (): Plugin =>
  new Plugin<DecorationSet>({
    key,
    state: {
      init: (_, state) => decorate(state.doc),
      apply: (tr, old, _, state) => {
        if (!tr.docChanged) return old
        return hasFootnotes(state.doc) ? decorate(state.doc) : DecorationSet.empty
      },
    },
    props: { decorations: state => key.getState(state) },
  })
