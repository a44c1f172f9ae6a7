// What a text may hold, read from the one list that the server reads too.
import prose from "../../../drafting/domain/prose.json"

export type Kind = keyof typeof prose.kinds
export type MarkName = keyof typeof prose.marks

export const FORMAT = prose.format
export const KINDS = Object.keys(prose.kinds) as Kind[]
export const MARKS = Object.keys(prose.marks) as MarkName[]
export const LISTS: readonly string[] = KINDS.filter(kind => "list" in prose.kinds[kind])
export const MAX_DEPTH = prose.max_depth
/** U+2028, one unit of the text: a line break inside a block. */
export const HARD_BREAK = prose.hard_break
/** Stands for a footnote reference inside this program only; the text holds an embed. */
export const REFERENCE = "\ufffc"

const ID = new RegExp(prose.id)
const HREF = new RegExp(
  `^(?:(?:${prose.href.schemes.filter(scheme => scheme !== "mailto").join("|")})://|mailto:)[^${prose.href.forbidden}]+$`,
  "i",
)
const REFUSED = new RegExp(`[${prose.refused_characters.join("")}]`, "g")

export const isKind = (value: unknown): value is Kind => typeof value === "string" && Object.hasOwn(prose.kinds, value)
export const isList = (kind: string): boolean => LISTS.includes(kind)
export const isId = (value: unknown): value is string => typeof value === "string" && ID.test(value)
export const isHref = (value: unknown): value is string =>
  typeof value === "string" && value.length <= prose.href.max_length && HREF.test(value)

/** Text that the server accepts: line feeds and tabs become spaces, other refused characters go. */
export const acceptable = (text: string): string => text.replace(/[\t\n\r]/g, " ").replace(REFUSED, "")

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
/** A fresh block id of 50 random bits. */
export const newId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(10)), byte => ALPHABET[byte & 31]).join("")
