// One text as an editor (or, without rights, as a page that follows): view, keys, clipboard.
import { baseKeymap } from "prosemirror-commands"
import { keymap } from "prosemirror-keymap"
import { EditorState, Plugin, type Command } from "prosemirror-state"
import { EditorView } from "prosemirror-view"
import type { Awareness } from "y-protocols/awareness"
import type * as Y from "yjs"
import * as commands from "../commands"
import { clipboardParser, clipboardTextParser, knownReferences, quietHTML } from "../paste"
import { TextBinding } from "../text/binding"
import { actsOf, type Act } from "./acts"
import { counterpartPlugin } from "./counterpart"
import { footnotePlugin } from "./footnotes"
import { handPlugin, readHand } from "./hand"
import { BlockView, listPlugin } from "./lists"
import { presencePlugin } from "./presence"

export interface EditorOptions {
  readonly awareness: Awareness
  /** Null where the element is labelled otherwise. */
  readonly label: string | null
  readonly editable: () => boolean
  readonly openLink: () => void
  /** Called after every change of the view's state. */
  readonly updated: (view: EditorView) => void
}
export interface Editor {
  readonly view: EditorView
  readonly binding: TextBinding
  readonly acts: readonly (readonly Act[])[]
  run(command: Command): void
  destroy(): void
}

/** Tab indents in a list and leaves the editor elsewhere; after Escape it always leaves: no keyboard trap. */
function tabPlugin(): Plugin {
  let leave = false
  const unlessLeaving = (command: Command): Command => (state, dispatch) => !leave && command(state, dispatch)
  const keys = keymap({
    Tab: unlessLeaving(commands.indent(1)),
    "Shift-Tab": unlessLeaving(commands.indent(-1)),
    Escape: () => {
      leave = true
      return false
    },
  })
  keys.props.handleDOMEvents = {
    focus: () => {
      leave = false
      return false
    },
    keydown: (_, event) => {
      if (!["Escape", "Tab", "Shift"].includes(event.key)) leave = false
      return false
    },
  }
  return keys
}

const fixedKeys: Record<string, Command> = {
  Enter: commands.enter,
  "Shift-Enter": commands.hardBreak,
  Backspace: commands.backspace,
  Delete: commands.deleteForward,
  "Mod-]": commands.indent(1),
  "Mod-[": commands.indent(-1),
}

/** Takes over `mount`, in which the server rendered the text, and shows `text` there. */
export function createEditor(mount: HTMLElement, text: Y.Text, options: EditorOptions): Editor {
  const binding = new TextBinding(text)
  const acts = actsOf(binding, options.awareness, options.openLink)
  const keys = Object.fromEntries(acts.flat().flatMap(act => act.keys.map(key => [key, act.command])))
  const editable = options.editable()
  const updates = new Plugin({ view: () => ({ update: options.updated }) })
  const view = new EditorView(
    { mount },
    {
      state: EditorState.create({
        doc: binding.initialDoc(),
        plugins: [
          handPlugin(),
          binding.plugin(),
          listPlugin(),
          footnotePlugin(),
          counterpartPlugin(),
          presencePlugin(binding, options.awareness),
          tabPlugin(),
          keymap({ ...keys, ...fixedKeys }),
          keymap(baseKeymap),
          updates,
        ],
      }),
      dispatchTransaction: tr => binding.dispatch(tr),
      nodeViews: { block: (node, _view, _position, decorations) => new BlockView(node, decorations) },
      attributes: () => attributesOf(options, editable),
      editable: options.editable,
      clipboardParser,
      clipboardTextParser,
      transformPastedHTML: quietHTML,
      transformPasted: (slice, { state }) => knownReferences(slice, state.doc),
    },
  )
  binding.attach(view, () => readHand(view))
  return {
    view,
    binding,
    acts,
    run: command => {
      readHand(view) // before the focus puts the selection where the state has it
      view.focus()
      command(view.state, view.dispatch.bind(view), view)
    },
    destroy: () => {
      binding.destroy()
      view.destroy()
    },
  }
}

function attributesOf({ label, editable }: EditorOptions, was: boolean): Record<string, string> {
  const name = label === null ? {} : { "aria-label": label }
  if (editable()) return { ...name, role: "textbox", "aria-multiline": "true", spellcheck: "true" }
  // a text that stopped being editable stays reachable, so that its words can be copied
  return { ...name, role: "group", ...(was ? { tabindex: "0" } : {}) }
}
