// What arrives from the clipboard of word processors and pages, as flat blocks.
import assert from "node:assert/strict"
import { test } from "node:test"
import { JSDOM } from "jsdom"
import { Fragment, Slice } from "prosemirror-model"
import { clipboardTextParser, flatten, knownReferences, quietHTML } from "../src/paste"
import { nodes, schema } from "../src/text/schema"
import { show } from "./editors"

function paste(html: string): string {
  const { document } = new JSDOM("").window
  const holder = document.createElement("div")
  holder.innerHTML = quietHTML(html)
  const blocks = flatten(holder)
  return blocks.length ? show(nodes.doc.create(null, blocks)).replaceAll("new ", "") : ""
}

const cases: [name: string, html: string, expected: string][] = [
  ["headings lose their boldness", "<h1><b>One</b></h1><h3>Two</h3>", "[heading1] One ¶ [heading2] Two"],
  ["nested lists", "<ul><li>a<ul><li>b</li></ul></li><li><p>c</p><p>d</p></li></ul>",
    "[bullet] a ¶ [bullet1] b ¶ [bullet] c ¶ [paragraph] d"],
  ["a word processor's list", `<p class=MsoListParagraph style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>1.
    </span>first</p>`, "[ordered1] first"],
  ["everything in a bold that is not bold", `<b style="font-weight:normal"><p><span style="font-weight:700">x</span> y</p></b>`,
    "[paragraph] <strong>x</> y"],
  ["a bold that only its complex scripts are not", `<p><b style='mso-bidi-font-weight:normal'>x</b> y</p>`,
    "[paragraph] <strong>x</> y"],
  ["links keep their address only when it is safe", `<a href="javascript:alert(1)">x</a> <a href="https://a.example/">y</a>`,
    "[paragraph] x <link>y</>"],
  ["scripts, pictures and hidden words are not read", "<p>a<script>1</script><img src=x onerror=alert(1)><i style='display:none'>z</i></p>",
    "[paragraph] a"],
  ["breaks stay, trailing ones go", "<p>a<br>b<br></p>", "[paragraph] a⏎b"],
  ["tables become paragraphs of cells", "<table><tr><td>a</td><td>b</td></tr></table>", "[paragraph] a ¶ [paragraph] b"],
  ["refused characters never arrive", "<p>a\u0001\ufeff\u2029b\tc</p>", "[paragraph] ab c"],
  ["quotes", "<blockquote><p>a</p></blockquote><p>b</p>", "[quote] a ¶ [paragraph] b"],
  ["our own copy keeps depth and references", `<ul data-depth="2"><li>a<sup class="fn-ref" data-fn="n1">*</sup></li></ul>`,
    "[bullet2] a*"],
  ["nothing", "<p> </p>", ""],
]
for (const [name, html, expected] of cases) test(name, () => assert.equal(paste(html), expected))

test("plain text: a line is a block", () => {
  const slice = clipboardTextParser("one\r\n\r\ntwo\tthree\n")
  assert.equal(show(nodes.doc.create(null, slice.content)), "[new paragraph] one ¶ [new paragraph] two three")
})

test("a reference without its footnote is left out", () => {
  const doc = nodes.doc.create(null, [nodes.block.create({ id: "n1", kind: "footnote" })])
  const inline = ["n1", "n2"].map(id => nodes.footnote_ref.create({ id }))
  const kept = knownReferences(new Slice(Fragment.fromArray([schema.text("a"), ...inline]), 0, 0), doc)
  assert.equal(kept.content.childCount, 2)
})
