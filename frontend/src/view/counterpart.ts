// On the bench: the block of the other language that belongs to the one with the caret.
import { Plugin, PluginKey, type Transaction } from "prosemirror-state"
import { Decoration, DecorationSet } from "prosemirror-view"
import { attrsOf } from "../text/schema"

/** Which blocks to mark: by their own id, or by the id of their source block. */
export interface Mark {
  readonly by: "id" | "of"
  readonly value: string | null
}
const key = new PluginKey<Mark>("counterpart")

export const markCounterpart = (tr: Transaction, mark: Mark): Transaction => tr.setMeta(key, mark)

export const counterpartPlugin = (): Plugin =>
  new Plugin<Mark>({
    key,
    state: {
      init: () => ({ by: "id", value: null }),
      apply: (tr, old) => (tr.getMeta(key) as Mark | undefined) ?? old,
    },
    props: {
      decorations: state => {
        const { by, value } = key.getState(state) as Mark
        if (value === null) return DecorationSet.empty
        const found: Decoration[] = []
        state.doc.forEach((block, position) => {
          if (attrsOf(block)[by] !== value) return
          found.push(Decoration.node(position, position + block.nodeSize, { class: "counterpart" }))
        })
        return DecorationSet.create(state.doc, found)
      },
    },
  })
