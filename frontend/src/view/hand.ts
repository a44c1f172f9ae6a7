// Where the reader's hand is: the browser moves its selection at once and tells of it later (`selectionchange` is a task
// of its own). Whatever redraws the text in between would put the selection back to where ProseMirror last saw it, and
// the next words would be typed there. So everything that does not come from this hand looks first.
import { Plugin } from "prosemirror-state"
import type { EditorView } from "prosemirror-view"

/** What prosemirror-view has and does not declare; the tests in real browsers notice should it change. */
interface Observer {
  forceFlush(): void
  flush(): void
}

/** Brings the state up to the DOM's selection, and to what was typed into the DOM. While an input method composes, the
 *  DOM is its own. Never to be called while a change of the Y types is under way: what was typed is written to them. */
export function readHand(view: EditorView): void {
  if (view.isDestroyed || view.composing) return
  const { domObserver } = view as unknown as { readonly domObserver: Observer }
  domObserver.forceFlush() // a look that was put off by 20 ms
  domObserver.flush()
}

/** Commands act on the selection that the reader sees at the moment of the key. */
export function handPlugin(): Plugin {
  const look = (view: EditorView, event: Event): boolean => {
    const composes = event instanceof KeyboardEvent && (event.isComposing || event.keyCode === 229)
    if (!composes) readHand(view)
    return false
  }
  return new Plugin({ props: { handleDOMEvents: { keydown: look, paste: look, cut: look, copy: look } } })
}
