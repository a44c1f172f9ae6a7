// The ProseMirror schema, and how a block and a character look in the Y.Text.
//
//   Y.Text "body"  =  ( {b: id}  unit* )*      the embed starts a block; its id cannot be lost, split or inherited
//   unit           =  text with strong, em, link | U+2028 (hard break) | embed {fn: id} (footnote reference)
//   Y.Map "blocks" =  "<id>.kind", "<id>.depth", "<id>.of"      (absent: paragraph, 0, no source block)
//
// Every unit is exactly one ProseMirror position (a marker is the block's opening), so positions need no table.
import { Mark, Schema, type DOMOutputSpec, type Node } from "prosemirror-model"
import { HARD_BREAK, isHref, isId, isKind, isList, MAX_DEPTH, REFERENCE, type Kind } from "./prose"

export interface BlockAttrs {
  readonly id: string | null
  readonly kind: Kind
  readonly depth: number
  readonly of: string | null
}
export type Attributes = Record<string, unknown>

const TAGS: Partial<Record<Kind, string>> = {
  heading1: "h2",
  heading2: "h3",
  heading3: "h4",
  quote: "blockquote",
  bullet: "ul",
  ordered: "ol",
}
export const tagOf = (kind: Kind): string => TAGS[kind] ?? "p"

function blockToDOM(node: Node): DOMOutputSpec {
  const { id, kind, depth } = node.attrs as BlockAttrs
  const attributes = { "data-id": id ?? "", "data-kind": kind, "data-depth": String(depth) }
  return isList(kind) ? [tagOf(kind), attributes, ["li", 0]] : [tagOf(kind), attributes, 0]
}

const hrefOf = (dom: HTMLElement): { href: string } | false => {
  const href = dom.getAttribute("href")
  return isHref(href) && { href }
}

export const schema = new Schema({
  nodes: {
    doc: { content: "block+" },
    block: {
      content: "inline*",
      defining: true,
      attrs: { id: { default: null }, kind: { default: "paragraph" }, depth: { default: 0 }, of: { default: null } },
      toDOM: blockToDOM,
      parseDOM: ["p", "h2", "h3", "h4", "blockquote", "li"].map(tag => ({ tag })), // reads of our own DOM only
    },
    text: { group: "inline" },
    hard_break: {
      group: "inline",
      inline: true,
      selectable: false,
      linebreakReplacement: true,
      toDOM: () => ["br"],
      parseDOM: [{ tag: "br" }],
    },
    footnote_ref: {
      group: "inline",
      inline: true,
      atom: true,
      attrs: { id: { default: null } },
      leafText: () => "*",
      toDOM: node => ["sup", { class: "fn-ref", "data-fn": String(node.attrs["id"] ?? "") }], // its number is a style's
      parseDOM: [{ tag: "sup.fn-ref", getAttrs: dom => ({ id: isId(dom.dataset["fn"]) ? dom.dataset["fn"] : null }) }],
    },
  },
  marks: {
    link: {
      attrs: { href: {} },
      inclusive: false,
      toDOM: mark => ["a", { href: mark.attrs["href"] as string, rel: "noopener nofollow" }, 0],
      parseDOM: [{ tag: "a[href]", getAttrs: hrefOf }],
    },
    strong: { toDOM: () => ["strong", 0], parseDOM: [{ tag: "strong" }, { tag: "b" }] },
    em: { toDOM: () => ["em", 0], parseDOM: [{ tag: "em" }, { tag: "i" }] },
  },
})

export const { nodes, marks } = schema

export const attrsOf = (block: Node): BlockAttrs => block.attrs as BlockAttrs

// ---- what the Y types say → ProseMirror. Total: unknown names and bad values are not shown, never an error.

/** Block attributes from whatever stands in the map: an unknown kind is a paragraph, a depth is clamped. */
export function blockAttrs(found: Attributes = {}): BlockAttrs {
  const { id, kind, depth, of } = found
  return {
    id: isId(id) ? id : null,
    kind: isKind(kind) ? kind : "paragraph",
    depth: Number.isInteger(depth) && (depth as number) > 0 ? Math.min(depth as number, MAX_DEPTH) : 0,
    of: isId(of) ? of : null,
  }
}

export function charMarks(found: Attributes = {}): readonly Mark[] {
  let set: readonly Mark[] = Mark.none
  if (isHref(found["link"])) set = marks.link.create({ href: found["link"] }).addToSet(set)
  if (found["strong"] === true) set = marks.strong.create().addToSet(set)
  if (found["em"] === true) set = marks.em.create().addToSet(set)
  return set
}

export function inlineNodes(text: string, found: Attributes = {}): Node[] {
  const set = charMarks(found)
  return text
    .split(/([\u2028\ufffc])/)
    .filter(part => part !== "")
    .map(part => {
      if (part === HARD_BREAK) return nodes.hard_break.create(null, null, set)
      if (part === REFERENCE) return nodes.footnote_ref.create({ id: isId(found["fn"]) ? found["fn"] : null }, null, set)
      return schema.text(part, set)
    })
}

// ---- ProseMirror → Y attributes

export function charAttrs(node: Node): Attributes {
  const found: Attributes = {}
  for (const mark of node.marks) found[mark.type.name] = mark.type === marks.link ? mark.attrs["href"] : true
  return found
}

/** Ids as everybody reads them: the first holder keeps an id, later ones read `id~2`, a missing one comes from its place. */
export function effectiveIds(ids: readonly (string | null)[]): string[] {
  const used = new Set(ids.filter(id => id !== null))
  const given = new Set<string>()
  const counts = new Map<string, number>()
  return ids.map((id, place) => {
    let effective = id !== null && !given.has(id) ? id : null
    const base = id ?? `x${place}`
    let count = counts.get(base) ?? (id === null ? 0 : 1)
    while (effective === null || (effective !== id && (used.has(effective) || given.has(effective)))) {
      count += 1
      effective = count === 1 ? base : `${base}~${count}`
    }
    counts.set(base, count)
    given.add(effective)
    return effective
  })
}
