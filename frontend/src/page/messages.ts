// Sentences in the reader's language: the server sends them, already translated, in #editor-messages.
import defaults from "../../messages.json"

export type Key = keyof typeof defaults
type Sentence = string | Partial<Record<Intl.LDMLPluralRule, string>>
export type Values = Record<string, string | number>

/** The server's words for why it refused an update; what is not here is a fault of structure. */
const REASONS: Partial<Record<string, Key>> = {
  "mark": "reason_marks",
  "character": "reason_characters",
  "half a character": "reason_characters",
  "text too large": "reason_quota",
  "frame too big": "reason_size",
  "client id of another account": "reason_client",
}

export class Messages {
  private readonly plural: Intl.PluralRules
  private readonly number: Intl.NumberFormat
  private readonly clock: Intl.DateTimeFormat

  constructor(
    private readonly sentences: Partial<Record<string, Sentence>>,
    readonly language: string,
  ) {
    const tag = supported(language)
    this.plural = new Intl.PluralRules(tag)
    this.number = new Intl.NumberFormat(tag)
    this.clock = new Intl.DateTimeFormat(tag, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" })
  }

  /** A whole sentence; where `values.count` is a number it chooses the plural form. */
  say(key: Key, values: Values = {}): string {
    const sentence: Sentence = this.sentences[key] ?? defaults[key]
    const form = typeof sentence === "string" ? sentence : this.form(sentence, values["count"])
    return form.replace(/%\((\w+)\)s/g, (_, name: string) => {
      const value = values[name] ?? ""
      return typeof value === "number" ? this.number.format(value) : value
    })
  }

  /** The sentence for the server's reason of a refusal, or null where it gave none. */
  reason(given: string): string | null {
    return given ? this.say(REASONS[given] ?? "reason_structure") : null
  }

  time(at: number): string {
    return this.clock.format(at)
  }

  private form(forms: Exclude<Sentence, string>, count: unknown): string {
    const category = this.plural.select(typeof count === "number" ? count : 0)
    return forms[category] ?? forms.other ?? ""
  }
}

function supported(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0]
  } catch {
    return undefined
  }
}

export function pageMessages(language: string): Messages {
  const element = document.getElementById("editor-messages")
  return new Messages(element ? (JSON.parse(element.textContent || "{}") as Record<string, Sentence>) : {}, language)
}
