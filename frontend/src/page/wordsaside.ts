// Words that are not in the text of the server stay visible, to copy or to save as a file.
import { button, make } from "./elements"
import type { Messages } from "./messages"

export interface AsideWords {
  readonly heading: string
  readonly words: string
  /** What stands in the text now, where it was rewritten by others. */
  readonly theirs?: string
  readonly insert?: () => void
  readonly letGo: () => void
}

export class WordsAside {
  constructor(
    private readonly before: Element,
    private readonly messages: Messages,
    private readonly language: { lang: string; dir: string },
  ) {}

  show({ heading, words, theirs, insert, letGo }: AsideWords): HTMLElement {
    const { messages } = this
    const shut = (): void => {
      element.remove()
      URL.revokeObjectURL(file.href)
      letGo()
    }
    const file = this.download(words)
    const parts: (HTMLElement | null)[] = [
      theirs === undefined ? null : this.part("yours"),
      this.quote(words),
      theirs === undefined ? null : this.part("theirs"),
      theirs === undefined ? null : this.quote(theirs),
    ]
    const actions = make(
      "p",
      { class: "acts" },
      insert ? button(messages.say("insert"), () => (insert(), shut())) : null,
      this.copyButton(words),
      file,
      button(messages.say("let_go"), shut),
    )
    const element = make(
      "details",
      { class: "aside-words", open: true },
      make("summary", {}, heading),
      ...parts.filter(part => part !== null),
      actions,
    )
    this.before.before(element)
    element.scrollIntoView({ block: "nearest" })
    return element
  }

  private part(key: "yours" | "theirs"): HTMLElement {
    return make("p", { class: "kicker" }, this.messages.say(key))
  }

  private quote(words: string): HTMLElement {
    return make("blockquote", { class: "words", lang: this.language.lang, dir: this.language.dir }, words)
  }

  private copyButton(words: string): HTMLButtonElement {
    const copy = button(this.messages.say("copy"), () => {
      void navigator.clipboard?.writeText(words).then(() => (copy.textContent = this.messages.say("copied")))
    })
    return copy
  }

  private download(words: string): HTMLAnchorElement {
    const file = new Blob([words], { type: "text/plain;charset=utf-8" })
    return make("a", { href: URL.createObjectURL(file), download: "words.txt" }, this.messages.say("download"))
  }
}
