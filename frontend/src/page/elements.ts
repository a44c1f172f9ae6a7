// Building elements without markup in strings: nothing here is a Trusted Types sink.
type Child = Node | string | null
type Attributes = Record<string, string | boolean | (() => void)>

/** An element with attributes, listeners (functions, under the event's name) and children. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value)
    else if (value === true) element.setAttribute(name, "")
    else if (value !== false) element.setAttribute(name, value)
  }
  element.append(...children.filter(child => child !== null))
  return element
}

export const button = (label: string, act: () => void): HTMLButtonElement =>
  make("button", { type: "button", click: act }, label)

/** Runs when the browser has nothing else to do, once however often it is asked. */
export function coalesced(work: () => void): () => void {
  let asked = false
  return () => {
    if (asked) return
    asked = true
    queueMicrotask(() => {
      asked = false
      work()
    })
  }
}
