// Who is in a text now: names of networks and people, in words.
import type { Awareness } from "y-protocols/awareness"
import { personOf, type Person } from "../view/presence"
import { coalesced, make } from "./elements"
import type { Messages } from "./messages"

const SHOWN = 20

export class Here {
  constructor(
    private readonly list: HTMLElement | null,
    private readonly awareness: Awareness,
    private readonly messages: Messages,
  ) {
    list?.setAttribute("aria-label", messages.say("here_now"))
    if (list) list.hidden = true
    awareness.on("change", this.show)
  }

  destroy(): void {
    this.awareness.off("change", this.show)
    this.list?.replaceChildren()
  }

  private readonly show = coalesced(() => {
    const entries = new Map<string, HTMLLIElement>()
    this.awareness.getStates().forEach((state, client) => {
      const person = personOf(state)
      const label = this.label(person, client === this.awareness.clientID)
      if (label && entries.size < SHOWN) entries.set(label, make("li", { class: `net-${person.hue}` }, make("bdi", {}, label)))
    })
    this.list?.replaceChildren(...entries.values())
    if (this.list) this.list.hidden = !entries.size
  })

  private label({ name, network }: Person, own: boolean): string {
    if (own) return this.messages.say("here_you", { network: network || name })
    return name && network ? this.messages.say("here_other", { person: name, network }) : name || network
  }
}
