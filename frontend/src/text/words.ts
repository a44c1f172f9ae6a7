// What a person wrote, as plain words: for those moments when it can't be merged or saved.
import type { Node } from "prosemirror-model"
import * as Y from "yjs"
import { HARD_BREAK } from "./prose"
import { attrsOf } from "./schema"

/** The words that an update inserts, in the order of their making. Deletions and formats have none. */
export function wordsOf(updates: readonly Uint8Array[]): string {
  if (!updates.length) return ""
  const { structs } = Y.decodeUpdate(Y.mergeUpdates([...updates]))
  let words = ""
  for (const struct of structs) {
    const content = (struct as { content?: unknown }).content
    if (content instanceof Y.ContentString) words += content.str
    else if (content instanceof Y.ContentEmbed && "b" in (content.embed as object) && words) words += "\n"
  }
  return words.replaceAll(HARD_BREAK, "\n")
}

/** The whole text, a block a line. */
export function plainText(doc: Node): string {
  const lines: string[] = []
  doc.forEach(block => lines.push(block.textBetween(0, block.content.size, "", leaf)))
  return lines.join("\n\n")
}

const leaf = (node: Node): string => (node.type.name === "hard_break" ? "\n" : "*")

/** The words of each block, by its id. */
export function blockTexts(doc: Node): Map<string, string> {
  const found = new Map<string, string>()
  doc.forEach(block => {
    const { id } = attrsOf(block)
    if (id !== null && !found.has(id)) found.set(id, block.textBetween(0, block.content.size, "", leaf))
  })
  return found
}
