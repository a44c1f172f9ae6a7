// A small form for the address of a link, between toolbar and text.
import { linkAt, setLink } from "../commands"
import { isHref } from "../text/prose"
import type { Editor } from "../view/editor"
import { button, make } from "./elements"
import type { Messages } from "./messages"

/** What people paste without a scheme gets one. */
const completed = (typed: string): string => {
  const address = typed.trim()
  if (/^[^\s@/:]+@[^\s@/:]+\.[^\s@/:]+$/.test(address)) return `mailto:${address}`
  return /^[a-z][a-z\d+.-]*:/i.test(address) ? address : `https://${address}`
}

let count = 0

export class LinkForm {
  private form: HTMLFormElement | null = null

  constructor(
    private readonly after: Element,
    private readonly editor: () => Editor | null,
    private readonly messages: Messages,
  ) {}

  open(): void {
    const state = this.editor()?.view.state
    if (!state) return
    this.form?.remove()
    this.form = this.build(linkAt(state)?.href ?? "")
    this.after.after(this.form)
    this.form.querySelector("input")?.select()
  }

  close(): void {
    this.form?.remove()
    this.form = null
  }

  private build(href: string): HTMLFormElement {
    const { messages } = this
    const id = `link-${++count}`
    const input = make("input", { id, type: "text", inputmode: "url", value: href, dir: "ltr", autocomplete: "off" })
    const wrong = make("p", { id: `${id}-wrong`, role: "alert" })
    const form = make(
      "form",
      { class: "linkform", novalidate: true },
      make("label", { for: id }, messages.say("link_address")),
      input,
      make("button", { type: "submit" }, messages.say("link_set")),
      href ? button(messages.say("link_remove"), () => this.apply(null)) : null,
      button(messages.say("link_cancel"), () => this.apply(undefined)),
      wrong,
    )
    form.addEventListener("submit", event => {
      event.preventDefault()
      const address = completed(input.value)
      if (isHref(address)) return this.apply(address)
      wrong.textContent = messages.say("link_wrong")
      input.setAttribute("aria-invalid", "true")
      input.setAttribute("aria-describedby", wrong.id)
      input.focus()
    })
    form.addEventListener("keydown", event => {
      if (event.key === "Escape") this.apply(undefined)
    })
    return form
  }

  /** An address, null to take the link away, undefined to leave all as it was. */
  private apply(href: string | null | undefined): void {
    this.close()
    const editor = this.editor()
    if (href === undefined) editor?.view.focus()
    else editor?.run(setLink(href))
  }
}
