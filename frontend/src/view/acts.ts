// Everything that the toolbar offers and the keyboard does, said once.
import { toggleMark } from "prosemirror-commands"
import type { Command, EditorState } from "prosemirror-state"
import type { Awareness } from "y-protocols/awareness"
import * as commands from "../commands"
import type { TextBinding } from "../text/binding"
import type { Kind } from "../text/prose"
import { attrsOf, marks } from "../text/schema"
import { occupied } from "./presence"

export interface Act {
  /** Its message key, and the class of its button. */
  readonly name: string
  /** As ProseMirror's keymap writes it: Mod is Control, or Command on Apple's keyboards. */
  readonly keys: readonly string[]
  readonly command: Command
  /** Whether the selection has it already; absent for acts that are not a state. */
  readonly pressed?: (state: EditorState) => boolean
}

const kindAct = (kind: Kind, name: string, ...keys: string[]): Act => ({
  name,
  keys,
  command: commands.setKind(kind),
  pressed: state => commands.selectedBlocks(state).every(({ block }) => attrsOf(block).kind === kind),
})

const markAct = (name: "strong" | "em", key: string): Act => ({
  name,
  keys: [key],
  command: toggleMark(marks[name]),
  pressed: state => hasMark(state, name),
})

function hasMark(state: EditorState, name: "strong" | "em"): boolean {
  const { from, $from, to, empty } = state.selection
  if (empty) return Boolean(marks[name].isInSet(state.storedMarks ?? $from.marks()))
  return state.doc.rangeHasMark(from, to, marks[name])
}

/** Groups in the order of the toolbar. `openLink` shows the form for an address. */
export function actsOf(binding: TextBinding, awareness: Awareness, openLink: () => void): readonly (readonly Act[])[] {
  const move = (direction: 1 | -1): Command => (state, dispatch) => {
    const place = (position: number, size: number): boolean => occupied(binding, awareness, position, position + size)
    const positions = new Map<unknown, number>()
    state.doc.forEach((block, position) => positions.set(block, position))
    const busy = (block: { nodeSize: number }): boolean => place(positions.get(block) ?? 0, block.nodeSize)
    return commands.moveBlock(direction, busy)(state, dispatch)
  }
  return [
    [
      markAct("strong", "Mod-b"),
      markAct("em", "Mod-i"),
      {
        name: "link",
        keys: ["Mod-k"],
        command: (state, dispatch) => {
          const possible = !state.selection.empty || commands.linkAt(state) !== null
          if (possible && dispatch) openLink()
          return possible
        },
        pressed: state => commands.linkAt(state) !== null,
      },
    ],
    [
      kindAct("heading1", "heading1", "Mod-Alt-1"),
      kindAct("heading2", "heading2", "Mod-Alt-2"),
      kindAct("heading3", "heading3", "Mod-Alt-3"),
      kindAct("quote", "quote", "Mod-Shift-9"),
      kindAct("bullet", "bullet", "Mod-Shift-8"),
      kindAct("ordered", "ordered", "Mod-Shift-7"),
      { name: "footnote", keys: ["Mod-Alt-f"], command: commands.insertFootnote },
    ],
    [
      { name: "up", keys: ["Alt-ArrowUp"], command: move(-1) },
      { name: "down", keys: ["Alt-ArrowDown"], command: move(1) },
    ],
    [
      { name: "undo", keys: ["Mod-z"], command: step(binding, "undo") },
      { name: "redo", keys: ["Mod-y", "Mod-Shift-z"], command: step(binding, "redo") },
    ],
  ]
}

const step =
  (binding: TextBinding, which: "undo" | "redo"): Command =>
  (_, dispatch) => {
    const possible = which === "undo" ? binding.undo.canUndo() : binding.undo.canRedo()
    if (possible && dispatch) void (which === "undo" ? binding.undoOwn() : binding.redoOwn())
    return possible
  }
