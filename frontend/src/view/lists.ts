// Lists of a flat model: each item is a real <ul> or <ol> with one <li>, which says its place, so that one item still
// reads "2 of 5, level 2". Place, size and level come as node decorations; only a changed run is drawn again.
import type { Node } from "prosemirror-model"
import { Plugin, PluginKey } from "prosemirror-state"
import { Decoration, DecorationSet, type NodeView, type ViewMutationRecord } from "prosemirror-view"
import { isList, type Kind } from "../text/prose"
import { attrsOf, tagOf } from "../text/schema"

interface Run {
  readonly depth: number
  readonly kind: Kind
  length: number
}
interface Place {
  readonly index: number
  readonly run: Run
  readonly level: number
}

function places(doc: Node): Map<number, Place> {
  const found = new Map<number, Place>()
  const open: Run[] = []
  doc.forEach((block, position) => {
    const { kind, depth } = attrsOf(block)
    if (!isList(kind)) return void (open.length = 0)
    while ((open[open.length - 1]?.depth ?? -1) > depth) open.pop()
    const last = open[open.length - 1]
    if (last && last.depth === depth && last.kind !== kind) open.pop()
    if (!last || last.depth < depth || last.kind !== kind) open.push({ depth, kind, length: 0 })
    const run = open[open.length - 1] as Run
    found.set(position, { index: ++run.length, run, level: open.length })
  })
  return found
}

function decorate(doc: Node): DecorationSet {
  const decorations: Decoration[] = []
  for (const [position, { index, run, level }] of places(doc)) {
    const end = position + (doc.nodeAt(position) as Node).nodeSize
    decorations.push(Decoration.node(position, end, {}, { place: `${index}/${run.length}/${level}` }))
  }
  return DecorationSet.create(doc, decorations)
}

function sameShape(a: Node, b: Node): boolean {
  if (a.childCount !== b.childCount) return false
  for (let i = 0; i < a.childCount; i++) {
    if (a.child(i) === b.child(i)) continue
    const was = attrsOf(a.child(i))
    const is = attrsOf(b.child(i))
    if (was.kind !== is.kind || was.depth !== is.depth) return false
  }
  return true
}

const key = new PluginKey<DecorationSet>("lists")
export const listPlugin = (): Plugin =>
  new Plugin<DecorationSet>({
    key,
    state: {
      init: (_, state) => decorate(state.doc),
      apply: (tr, old, _, state) => {
        if (!tr.docChanged) return old
        return sameShape(tr.before, state.doc) ? old.map(tr.mapping, state.doc) : decorate(state.doc)
      },
    },
    props: { decorations: state => key.getState(state) },
  })

export class BlockView implements NodeView {
  readonly dom: HTMLElement
  readonly contentDOM: HTMLElement
  private readonly kind: Kind
  private depth = -1
  private place = ""

  constructor(node: Node, decorations: readonly Decoration[]) {
    this.kind = attrsOf(node).kind
    this.dom = document.createElement(tagOf(this.kind))
    this.contentDOM = isList(this.kind) ? this.dom.appendChild(document.createElement("li")) : this.dom
    this.update(node, decorations)
  }

  update(node: Node, decorations: readonly Decoration[]): boolean {
    if (node.type.name !== "block" || attrsOf(node).kind !== this.kind) return false
    const { id, depth, of } = attrsOf(node)
    if (depth !== this.depth) {
      // one by one: decorations have classes here too
      this.dom.classList.remove(`d-${this.depth}`)
      this.dom.classList.add(`b-${this.kind}`, `d-${depth}`)
      this.depth = depth
    }
    this.set("id", id)
    this.set("of", of)
    const found = decorations.find(each => each.spec["place"])?.spec["place"] as string | undefined
    if (this.contentDOM !== this.dom && found && found !== this.place) this.say(found)
    return true
  }

  private set(name: string, value: string | null): void {
    if (value === null) delete this.dom.dataset[name]
    else if (this.dom.dataset[name] !== value) this.dom.dataset[name] = value
  }

  private say(place: string): void {
    this.place = place
    const [index = "", size = "", level = ""] = place.split("/")
    this.contentDOM.setAttribute("aria-posinset", index)
    this.contentDOM.setAttribute("aria-setsize", size)
    this.contentDOM.setAttribute("aria-level", level)
    if (this.kind === "ordered") this.contentDOM.setAttribute("value", index)
  }

  ignoreMutation(mutation: ViewMutationRecord): boolean {
    return mutation.type === "attributes"
  }
}
