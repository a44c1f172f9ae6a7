// The toolbar of a text: real buttons, one tab stop, arrow keys between them, shortcuts shown.
import type { Act } from "../view/acts"
import type { Editor } from "../view/editor"
import { make } from "./elements"
import type { Key, Messages } from "./messages"

const APPLE = /Mac|iP(hone|ad|od)/.test(navigator.platform)
const KEY_NAMES: Record<string, string> = { ArrowUp: "↑", ArrowDown: "↓", Mod: APPLE ? "⌘" : "Ctrl", Alt: APPLE ? "⌥" : "Alt" }

/** `Mod-Shift-7` as people read it: `Ctrl+Shift+7`. */
export const shownKeys = (keys: string): string =>
  keys.split("-").map(key => KEY_NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key)).join("+")

/** The same for `aria-keyshortcuts`. */
const spokenKeys = (keys: string): string => keys.replaceAll("-", "+").replace("Mod", APPLE ? "Meta" : "Control")

export class Toolbar {
  private readonly buttons = new Map<HTMLButtonElement, Act>()

  constructor(
    private readonly element: HTMLElement,
    private readonly editor: Editor,
    private readonly messages: Messages,
  ) {
    element.setAttribute("role", "toolbar")
    element.setAttribute("aria-label", messages.say("toolbar"))
    if (editor.view.dom.id) element.setAttribute("aria-controls", editor.view.dom.id)
    element.replaceChildren(...editor.acts.map(group => this.group(group)))
    element.addEventListener("keydown", this.onKey)
    element.addEventListener("mousedown", keepFocus)
    element.hidden = false
    this.roveTo(this.list[0])
    this.update()
  }

  destroy(): void {
    this.element.hidden = true
    this.element.removeEventListener("keydown", this.onKey)
    this.element.removeEventListener("mousedown", keepFocus)
    this.element.replaceChildren()
  }

  /** Pressed and possible, from the state of the view. */
  update(): void {
    const { state } = this.editor.view
    for (const [button, act] of this.buttons) {
      if (act.pressed) button.setAttribute("aria-pressed", String(act.pressed(state)))
      button.setAttribute("aria-disabled", String(!act.command(state)))
    }
  }

  private get list(): HTMLButtonElement[] {
    return [...this.buttons.keys()]
  }

  private group(acts: readonly Act[]): HTMLElement {
    return make("span", { class: "group" }, ...acts.map(act => this.button(act)))
  }

  private button(act: Act): HTMLButtonElement {
    const name = this.messages.say(act.name as Key)
    const keys = act.keys[0] as string
    const button = make(
      "button",
      {
        type: "button",
        class: `act-${act.name}`,
        tabindex: "-1",
        title: this.messages.say("with_keys", { act: name, keys: shownKeys(keys) }),
        "aria-keyshortcuts": spokenKeys(keys),
        click: () => {
          this.roveTo(button)
          if (button.getAttribute("aria-disabled") !== "true") this.editor.run(act.command)
        },
      },
      name,
    )
    this.buttons.set(button, act)
    return button
  }

  private roveTo(button: HTMLButtonElement | undefined): void {
    for (const each of this.list) each.tabIndex = each === button ? 0 : -1
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    const { list } = this
    const at = list.indexOf(event.target as HTMLButtonElement)
    if (at < 0) return
    const forward = getComputedStyle(this.element).direction === "rtl" ? "ArrowLeft" : "ArrowRight"
    const backward = forward === "ArrowLeft" ? "ArrowRight" : "ArrowLeft"
    const to = { [forward]: at + 1, [backward]: at - 1 + list.length, Home: 0, End: list.length - 1 }[event.key]
    if (to === undefined) return
    event.preventDefault()
    const next = list[to % list.length]
    this.roveTo(next)
    next?.focus()
  }
}

/** The pointer leaves the focus, and so the selection, in the text. */
const keepFocus = (event: Event): void => event.preventDefault()
