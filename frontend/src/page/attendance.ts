// A person is present in the one text that has the focus, and leaves a little after the focus does.
import type { Awareness } from "y-protocols/awareness"
import type { Person } from "../view/presence"

const LEAVE = 2000 // milliseconds

export class Attendance {
  private awareness: Awareness | null = null
  private timer: ReturnType<typeof setTimeout> | null = null

  constructor(
    private readonly section: HTMLElement,
    private readonly person: Person,
  ) {
    section.addEventListener("focusin", () => this.come())
    section.addEventListener("focusout", event => this.go(event.relatedTarget as Node | null))
  }

  /** The text that the section shows now, or null for none. */
  of(awareness: Awareness | null): void {
    this.awareness = awareness
    if (this.section.contains(document.activeElement)) this.come()
  }

  private come(): void {
    if (this.timer) clearTimeout(this.timer)
    this.timer = null
    if (!this.awareness || this.awareness.getLocalState()) return
    const { name, network, hue } = this.person
    this.awareness.setLocalState({ user: { name, network, hue } })
  }

  private go(to: Node | null): void {
    if (this.section.contains(to)) return
    if (this.timer) clearTimeout(this.timer)
    this.timer = setTimeout(() => this.awareness?.setLocalState(null), LEAVE)
  }
}
