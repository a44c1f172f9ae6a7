// Where the others are: what travels in awareness, and their carets and selections in the text.
import { type EditorState, Plugin, PluginKey } from "prosemirror-state"
import { Decoration, DecorationSet, type EditorView } from "prosemirror-view"
import type { Awareness } from "y-protocols/awareness"
import * as Y from "yjs"
import { remoteKey, type TextBinding } from "../text/binding"
import { readHand } from "./hand"

export interface Person {
  readonly name: string
  readonly network: string
  /** 0 to 11, the network's colour. */
  readonly hue: number
}
interface State {
  readonly user?: Partial<Person>
  readonly cursor?: { readonly anchor: unknown; readonly head: unknown } | null
}
export const HUES = 12
// milliseconds; presence comes in bursts
const REDRAW = 30
const TELL = 80

const clean = (value: unknown): string => (typeof value === "string" ? value.slice(0, 80) : "")

/** A person from whatever stands in awareness: nothing there is trusted, only shown. */
export function personOf(state: unknown): Person {
  const user = (state as State | null)?.user ?? {}
  const hue = typeof user.hue === "number" && Number.isInteger(user.hue) ? Math.abs(user.hue) % HUES : 0
  return { name: clean(user.name), network: clean(user.network), hue }
}

const labelOf = ({ name, network }: Person): string => [name, network].filter(Boolean).join(", ")

const key = new PluginKey<DecorationSet>("presence")

/** Carets of the others as decorations; own caret into awareness while the text has the focus. */
export function presencePlugin(binding: TextBinding, awareness: Awareness): Plugin {
  return new Plugin<DecorationSet>({
    key,
    state: {
      init: () => DecorationSet.empty,
      apply: (tr, old, _, state) => {
        if (tr.getMeta(key)) {
          const onMissing = tr.getMeta(key) as () => void
          return DecorationSet.create(state.doc, decorations(binding, awareness, onMissing))
        }
        return tr.docChanged ? old.map(tr.mapping, tr.doc) : old
      },
    },
    props: { decorations: state => key.getState(state) },
    view: view => new PresenceView(view, binding, awareness),
  })
}

/** `onMissing`: somebody is at words that have not arrived here yet. */
function decorations(binding: TextBinding, awareness: Awareness, onMissing = (): void => {}): Decoration[] {
  const found: Decoration[] = []
  awareness.getStates().forEach((state, client) => {
    const cursor = (state as State).cursor
    if (client === awareness.clientID || !cursor) return
    const anchor = place(binding, cursor.anchor)
    const head = place(binding, cursor.head)
    if (anchor === null || head === null) {
      onMissing()
      return
    }
    const person = personOf(state)
    const net = `net-${person.hue}`
    const [from, to] = [Math.min(anchor, head), Math.max(anchor, head)]
    if (from !== to) found.push(Decoration.inline(from, to, { class: `others ${net}` }))
    const spec = { key: `${client} ${net} ${labelOf(person)}`, side: 10, ignoreSelection: true }
    found.push(Decoration.widget(head, () => caret(person, net), spec))
  })
  return found
}

function place(binding: TextBinding, json: unknown): number | null {
  try {
    return binding.fromRelative(Y.createRelativePositionFromJSON(json))
  } catch {
    return null // somebody's awareness holds something else
  }
}

function caret(person: Person, net: string): HTMLElement {
  const element = document.createElement("span")
  element.className = `caret ${net}`
  element.dataset["name"] = labelOf(person)
  element.setAttribute("aria-hidden", "true")
  element.contentEditable = "false"
  return element
}

class PresenceView {
  private queued = false
  private missing = false
  private telling: ReturnType<typeof setTimeout> | null = null

  constructor(
    private readonly view: EditorView,
    private readonly binding: TextBinding,
    private readonly awareness: Awareness,
  ) {
    awareness.on("change", this.onChange)
    this.queue() // others may have been here before this view
  }

  private readonly onChange = ({ added, updated, removed }: Record<"added" | "updated" | "removed", number[]>): void => {
    const others = [...added, ...updated, ...removed].some(client => client !== this.awareness.clientID)
    if (others) this.queue()
    // who comes into the text again has no caret in it yet, even where the selection stayed
    if (added.includes(this.awareness.clientID)) this.tellSoon()
  }

  private queue(): void {
    if (this.queued) return
    this.queued = true
    setTimeout(() => this.redraw(), REDRAW)
  }

  private redraw(): void {
    this.queued = false
    const { view } = this
    if (view.isDestroyed || view.composing) return
    readHand(view)
    this.missing = false
    const onMissing = (): void => {
      this.missing = true
    }
    view.updateState(view.state.apply(view.state.tr.setMeta(key, onMissing).setMeta(remoteKey, true)))
  }

  update(_: EditorView, before: EditorState): void {
    // presence may be quicker than the words it points to: look again when words arrive
    if (this.missing && before.doc !== this.view.state.doc) this.queue()
    this.tellSoon()
  }

  private tellSoon(): void {
    this.telling ??= setTimeout(() => this.tell(), TELL)
  }

  private tell(): void {
    this.telling = null
    const { view } = this
    const known = this.awareness.getLocalState() as State | null
    if (view.isDestroyed || !view.hasFocus() || !known) return
    const cursor = JSON.stringify(this.binding.relativeSelection())
    if (cursor !== JSON.stringify(known.cursor)) this.awareness.setLocalStateField("cursor", JSON.parse(cursor))
  }

  destroy(): void {
    this.awareness.off("change", this.onChange)
  }
}

/** Whether somebody else's caret stands in a block (so that moving it would double it). */
export function occupied(binding: TextBinding, awareness: Awareness, from: number, to: number): boolean {
  return [...awareness.getStates()].some(([client, state]) => {
    const cursor = (state as State).cursor
    if (client === awareness.clientID || !cursor) return false
    const head = place(binding, cursor.head)
    return head !== null && head >= from && head <= to
  })
}
