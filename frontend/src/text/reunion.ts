// After a time without the server: where I wrote into a block that others rewrote or removed meanwhile, the characters
// are merged but the sense is not. Such blocks are shown to their author, with what stands there now.

export interface Unmerged {
  readonly id: string
  readonly yours: string
  /** Empty when the block is gone. */
  readonly theirs: string
}
export type BlockTexts = ReadonlyMap<string, string>

const tokens = (text: string): string[] => text.match(/[\p{L}\p{N}]+/gu) ?? []

/** The share of `words` that is found again in `text`, 0 to 1; 1 where there are none. */
function kept(words: readonly string[], text: string): number {
  const left = new Map<string, number>()
  for (const word of tokens(text)) left.set(word, (left.get(word) ?? 0) + 1)
  let found = 0
  for (const word of words) {
    const n = left.get(word) ?? 0
    if (!n) continue
    found++
    left.set(word, n - 1)
  }
  return words.length ? found / words.length : 1
}

/** Blocks that I changed between `base` and `mine`, and of which `merged` keeps less than half of the former words
 *  that I had left standing. */
export function unmerged(base: BlockTexts, mine: BlockTexts, merged: BlockTexts): Unmerged[] {
  const found: Unmerged[] = []
  const everything = [...merged.values()].join(" ")
  for (const [id, yours] of mine) {
    const before = base.get(id)
    if (before === yours || (before === undefined && merged.has(id))) continue
    const theirs = merged.get(id)
    if (theirs === yours) continue
    const standing = tokens(before ?? "").filter(word => tokens(yours).includes(word))
    // a block that was joined to another stands on in it: look for its words everywhere
    if (kept(standing, theirs ?? everything) < 0.5) {
      found.push({ id, yours, theirs: theirs ?? "" })
    }
  }
  return found
}
