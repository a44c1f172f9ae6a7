// Y.Text → ProseMirror document. Total: whatever stands in the text gives a valid document.
import { Fragment, type Node } from "prosemirror-model"
import type * as Y from "yjs"
import { isId, REFERENCE } from "./prose"
import { blockAttrs, inlineNodes, nodes, type Attributes, type BlockAttrs } from "./schema"

/** One operation of a Y.Text delta. */
export interface Op {
  insert?: unknown
  delete?: number
  retain?: number
  attributes?: Attributes
}
/** The same with embeds as characters: a marker is "\n", anything else that is no text a reference. */
export interface PlainOp {
  insert?: string
  delete?: number
  retain?: number
  attributes?: Attributes
}
export type Properties = Y.Map<unknown>

/** What the map says of a block; nothing of one without a proper id. */
export const propertiesOf = (map: Properties, id: unknown): BlockAttrs =>
  isId(id)
    ? blockAttrs({ id, kind: map.get(`${id}.kind`), depth: map.get(`${id}.depth`), of: map.get(`${id}.of`) })
    : blockAttrs()

export function plain(op: Op, map: Properties): PlainOp {
  const { insert, ...rest } = op
  if (insert === undefined) return rest
  if (typeof insert === "string") return { ...rest, insert: insert.replace(/\n/g, " ") }
  const embed = (insert ?? {}) as { b?: unknown; fn?: unknown }
  if (embed.b !== undefined) return { insert: "\n", attributes: { ...propertiesOf(map, embed.b) } }
  return { insert: REFERENCE, attributes: { ...op.attributes, fn: embed.fn } }
}

export const makeBlock = (attrs: BlockAttrs, inline: Node[]): Node =>
  nodes.block.create(attrs, Fragment.fromArray(inline)) // fromArray joins equal neighbours

export interface Projection {
  readonly doc: Node
  /** The text lacks its first marker: what precedes the first block is shown as a paragraph without one. */
  readonly bare: boolean
}

export function project(text: Y.Text): Projection {
  const map = (text.doc as Y.Doc).getMap("blocks")
  const blocks: { attrs: BlockAttrs; inline: Node[] }[] = []
  let bare = false
  const current = (): { inline: Node[] } => {
    if (!blocks.length) {
      bare = true
      blocks.push({ attrs: blockAttrs(), inline: [] })
    }
    return blocks[blocks.length - 1] as { inline: Node[] }
  }
  for (const raw of text.toDelta() as Op[]) {
    const op = plain(raw, map)
    if (op.insert === "\n") blocks.push({ attrs: blockAttrs(op.attributes), inline: [] })
    else current().inline.push(...inlineNodes(op.insert ?? "", op.attributes))
  }
  current()
  return { doc: nodes.doc.create(null, blocks.map(block => makeBlock(block.attrs, block.inline))), bare }
}
