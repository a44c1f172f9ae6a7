// Characters that the server refuses never enter the text, wherever they come from (input methods, drops, extensions).
import { Fragment, type Node } from "prosemirror-model"
import { TextSelection, type EditorState, type Transaction } from "prosemirror-state"
import { replaceAll } from "./incoming"
import { acceptable, HARD_BREAK } from "./prose"
import { nodes, schema } from "./schema"

const isClean = (node: Node): boolean => {
  const text = node.text as string
  return !text.includes(HARD_BREAK) && acceptable(text) === text
}

const needsCleaning = (block: Node): boolean => {
  let clean = true
  block.forEach(node => {
    if (node.isText && !isClean(node)) clean = false
  })
  return !clean
}

function cleaned(block: Node): Node {
  const inline: Node[] = []
  block.forEach(node => {
    if (!node.isText) return void inline.push(node)
    const [first = "", ...rest] = acceptable(node.text as string).split(HARD_BREAK)
    if (first) inline.push(schema.text(first, node.marks))
    for (const part of rest) {
      inline.push(nodes.hard_break.create(null, null, node.marks))
      if (part) inline.push(schema.text(part, node.marks))
    }
  })
  return block.copy(Fragment.fromArray(inline))
}

/** The transaction itself, or one that does the same without the refused characters. */
export function cleanTransaction(state: EditorState, tr: Transaction): Transaction {
  if (!tr.docChanged) return tr
  const kept = new Set<Node>()
  state.doc.forEach(block => kept.add(block))
  let dirty = false
  const blocks: Node[] = []
  tr.doc.forEach(block => {
    const bad = !kept.has(block) && needsCleaning(block)
    dirty ||= bad
    blocks.push(bad ? cleaned(block) : block)
  })
  if (!dirty) return tr
  const clean = state.tr
  replaceAll(clean, nodes.doc.create(null, blocks))
  const caret = Math.min(tr.selection.head, clean.doc.content.size)
  return clean.setSelection(TextSelection.near(clean.doc.resolve(caret), -1)).scrollIntoView()
}
