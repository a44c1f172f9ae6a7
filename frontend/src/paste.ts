// Clipboard: any HTML (word processors, the web) or plain text becomes flat blocks. The DOM given here is inert: it is
// read, never inserted.
import { Fragment, Mark, Slice, type DOMParser, type MarkType, type Node as Block } from "prosemirror-model"
import { acceptable, isHref, isId, isList, MAX_DEPTH, type Kind } from "./text/prose"
import { attrsOf, marks, nodes, schema } from "./text/schema"

const BLOCKS = new Set(
  ("P DIV H1 H2 H3 H4 H5 H6 LI BLOCKQUOTE PRE TD TH TR TABLE UL OL SECTION ARTICLE HEADER FOOTER FIGURE FIGCAPTION " +
    "DT DD DL HR ADDRESS MAIN NAV ASIDE").split(" "),
)
const SKIPPED = new Set(
  ("SCRIPT STYLE TEMPLATE HEAD TITLE META LINK NOSCRIPT IFRAME OBJECT SVG MATH BUTTON SELECT TEXTAREA INPUT IMG VIDEO " +
    "AUDIO CANVAS").split(" "),
)
/** The name under which style attributes travel to the parser (see `quietHTML`). */
const STYLE = "data-s"

interface Flat {
  readonly kind: Kind
  readonly depth: number
  readonly inline: Block[]
}
/** What the elements around a piece of text say about it. */
interface Context {
  readonly marks: readonly Mark[]
  readonly kind: Kind
  readonly depth: number
  readonly heading: boolean
  readonly item: boolean
}

const withMark = (context: Context, type: MarkType, on: boolean): Context => ({
  ...context,
  marks: on ? type.create().addToSet(context.marks) : type.removeFromSet(context.marks),
})

function styled(context: Context, element: Element, tag: string, style: string): Context {
  let next = context
  if (tag === "B" || tag === "STRONG") next = withMark(next, marks.strong, true)
  if (tag === "I" || tag === "EM" || tag === "CITE") next = withMark(next, marks.em, true)
  const weight = /(?:^|[^\w-])font-weight:\s*(\w+)/.exec(style)?.[1] // some wrap everything in <b style="font-weight:normal">
  if (weight) next = withMark(next, marks.strong, weight === "bold" || Number(weight) >= 600)
  const slant = /(?:^|[^\w-])font-style:\s*(\w+)/.exec(style)?.[1]
  if (slant) next = withMark(next, marks.em, slant === "italic")
  if (/^H[1-6]$|^TH$/.test(tag)) next = { ...next, heading: true }
  if (next.heading) next = withMark(next, marks.strong, false)
  const href = element.getAttribute("href")
  if (tag === "A" && isHref(href)) next = { ...next, marks: marks.link.create({ href }).addToSet(next.marks) }
  return next
}

class Flattener {
  readonly blocks: Flat[] = []
  private current: Flat | null = null

  private open(kind: Kind, depth: number): void {
    this.current = { kind, depth: Math.max(0, Math.min(MAX_DEPTH, depth)), inline: [] }
    this.blocks.push(this.current)
  }

  private add(node: Block): void {
    if (!this.current) this.open("paragraph", 0)
    ;(this.current as Flat).inline.push(node)
  }

  walk(node: Node, context: Context): void {
    if (node.nodeType === 3) this.text(node.nodeValue ?? "", context)
    else if (node.nodeType === 1) this.element(node as Element, context)
  }

  private text(raw: string, context: Context): void {
    const text = acceptable(raw).replace(/\u200b/g, "").replace(/ +/g, " ")
    if (!text || (text === " " && !this.current?.inline.length)) return
    this.add(schema.text(text, context.marks))
  }

  private element(element: Element, context: Context): void {
    const tag = element.nodeName.toUpperCase()
    if (SKIPPED.has(tag) || element.getAttribute("aria-hidden") === "true") return
    const style = (element.getAttribute(STYLE) ?? "").toLowerCase()
    if (/mso-list:\s*ignore|display:\s*none/.test(style)) return // a word processor's own bullet characters
    if (tag === "BR") {
      if (!/apple-interchange/i.test(element.className)) this.add(nodes.hard_break.create())
      return
    }
    const footnote = element.getAttribute("data-fn")
    if (tag === "SUP" && isId(footnote)) return this.add(nodes.footnote_ref.create({ id: footnote }))
    const inner = styled(context, element, tag, style)
    if (!BLOCKS.has(tag)) return this.children(element, inner)
    this.current = null
    const around = this.begin(element, tag, style, inner)
    this.children(element, around)
    this.current = null
  }

  /** Opens the block that this element is, if it is one, and says what holds inside it. */
  private begin(element: Element, tag: string, style: string, context: Context): Context {
    const level = /^H([1-6])$/.exec(tag)?.[1]
    if (tag === "UL" || tag === "OL") {
      const own = element.getAttribute("data-depth") // copied from a text of ours
      const depth = own !== null && own !== "" ? Number(own) || 0 : context.depth + 1
      return { ...context, kind: tag === "UL" ? "bullet" : "ordered", depth }
    }
    if (level) this.open(`heading${Math.min(3, Math.max(1, Number(level) - 1))}` as Kind, 0)
    else if (tag === "BLOCKQUOTE") {
      return { ...context, kind: "quote" }
    } else if (tag === "LI") {
      this.open(isList(context.kind) ? context.kind : "bullet", context.depth)
      return { ...context, item: true }
    } else if (/mso-list:|MsoListParagraph/i.test(`${style} ${element.className}`)) this.officeItem(element, style)
    else if (element.getAttribute("data-kind") === "footnote") this.open("footnote", 0)
    else if (tag === "P" || tag === "PRE" || tag === "DIV") this.paragraph(context)
    return context
  }

  private paragraph(context: Context): void {
    const last = this.blocks[this.blocks.length - 1]
    if (context.item && last && !last.inline.length) this.current = last // <li><p>: the item's own words
    else this.open(isList(context.kind) ? "paragraph" : context.kind, 0)
  }

  private officeItem(element: Element, style: string): void {
    const level = /mso-list:[^;]*level(\d)/.exec(style)?.[1]
    const marker = [...element.querySelectorAll(`[${STYLE}]`)].find(each =>
      /mso-list:\s*ignore/i.test(each.getAttribute(STYLE) ?? ""),
    )
    const numbered = /[\dA-Za-z]+[.)]/.test(marker?.textContent ?? "")
    this.open(numbered ? "ordered" : "bullet", level ? Number(level) - 1 : 0)
  }

  private children(element: Element, context: Context): void {
    for (const child of element.childNodes) this.walk(child, context)
  }
}

/** Without the breaks and spaces at its end that only shaped the page it came from. */
function trimmed(inline: Block[]): Block[] {
  const kept = [...inline]
  while (kept[kept.length - 1]?.type === nodes.hard_break) kept.pop()
  const last = kept[kept.length - 1]
  if (!last?.isText) return kept
  const text = (last.text as string).replace(/ +$/, "")
  kept.pop()
  if (text) kept.push(schema.text(text, last.marks))
  return kept
}

/** Blocks from inert DOM; they have no ids yet. */
export function flatten(dom: ParentNode & Node): Block[] {
  const flattener = new Flattener()
  const start: Context = { marks: Mark.none, kind: "paragraph", depth: -1, heading: false, item: false }
  for (const child of dom.childNodes) flattener.walk(child, start)
  return flattener.blocks
    .map(({ kind, depth, inline }) => ({ kind, depth, inline: trimmed(inline) }))
    .filter(({ inline }) => inline.length)
    .map(({ kind, depth, inline }) => nodes.block.create({ kind, depth }, Fragment.fromArray(inline)))
}

/** One paragraph is pasted as its words, anything more as blocks. */
function asSlice(blocks: Block[]): Slice {
  const [only] = blocks
  if (!only) return Slice.empty
  if (blocks.length === 1 && attrsOf(only).kind === "paragraph") return new Slice(only.content, 0, 0)
  return new Slice(Fragment.fromArray(blocks), 1, 1)
}

/** For the view's `clipboardParser`, of which ProseMirror calls `parseSlice` alone. */
export const clipboardParser = {
  parseSlice: (dom: ParentNode & Node) => asSlice(flatten(dom)),
} as unknown as DOMParser

export const clipboardTextParser = (text: string): Slice =>
  asSlice(
    text
      .split(/[\r\n\u2029]+/)
      .map(line => acceptable(line))
      .filter(line => line.trim())
      .map(line => nodes.block.create(null, schema.text(line))),
  )

/** Before parsing: style attributes and handlers are renamed, so that a strict policy has nothing to report. */
export const quietHTML = (html: string): string =>
  html
    .replace(/<style[\s\S]*?<\/style>/gi, "")
    .replace(/<[a-z][^>]*>/gi, tag => tag.replace(/\sstyle\s*=/gi, ` ${STYLE}=`).replace(/\son\w+\s*=/gi, " data-x="))

/** References whose footnote is not in this text stay behind. */
export function knownReferences(slice: Slice, doc: Block): Slice {
  const footnotes = new Set<unknown>()
  doc.forEach(block => {
    if (attrsOf(block).kind === "footnote") footnotes.add(attrsOf(block).id)
  })
  const known = (fragment: Fragment): Fragment => {
    const kept: Block[] = []
    fragment.forEach(node => {
      if (node.type === nodes.footnote_ref && !footnotes.has(node.attrs["id"])) return
      kept.push(node.isLeaf ? node : node.copy(known(node.content)))
    })
    return Fragment.fromArray(kept)
  }
  return new Slice(known(slice.content), slice.openStart, slice.openEnd)
}
