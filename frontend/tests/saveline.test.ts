// Every sentence of the save line, from what is known.
import assert from "node:assert/strict"
import { test } from "node:test"
import { Messages } from "../src/page/messages"
import { sentence, type Saving } from "../src/page/saveline"

const known: Saving = {
  stage: "live", stop: null, editable: true, wasLive: true, unsavedShown: false, pending: 0, keepsAll: true,
  deviceWorks: true, cannotSave: false, late: false, savedAt: null, offlineSince: 0, stoppedAt: 0,
}
const messages = new Messages({}, "en")
function said(changes: Partial<Saving>): string | null {
  const found = sentence({ ...known, ...changes }, messages)
  return found && messages.say(...found)
}
const time = messages.time(0)

const table: [string, Partial<Saving>, string | null][] = [
  ["connecting", { stage: "connecting" }, "Connecting. You can read already."],
  ["live", {}, "Connected. What you write is saved as you write."],
  ["reading along", { editable: false }, "Changes by others appear here as they are made."],
  ["committed", { savedAt: 0 }, `Saved on the server at ${time}`],
  ["on the way for a moment: the former sentence stays", { pending: 1, savedAt: 0 }, null],
  ["late, one", { pending: 1, late: true }, "Not yet saved: 1 change waits for the server"],
  ["late, many", { pending: 1200, late: true }, "Not yet saved: 1,200 changes wait for the server"],
  ["offline, nothing written", { stage: "offline" },
    `Offline since ${time}. What you write is kept on this device until you are back.`],
  ["offline, kept", { stage: "offline", pending: 12 }, `Offline since ${time}. Your 12 changes are kept on this device`],
  ["offline, not yet written on the device", { stage: "offline", pending: 12, keepsAll: false }, null],
  ["offline, nothing can be kept", { stage: "offline", pending: 1, deviceWorks: false, keepsAll: false },
    "Offline. This device keeps nothing: leave this page open"],
  ["offline, reading", { stage: "offline", editable: false }, `Offline since ${time}. You can go on reading.`],
  ["the server can't write", { pending: 1, cannotSave: true },
    "The server cannot save now. Nothing you type is lost while this page is open"],
  ["refused", { stop: { code: 4422, reason: "mark" } },
    "The server did not accept your last change: it holds a link or a mark that is not permitted. Here it is, to copy."],
  ["refused, for no reason given", { stop: { code: 4422, reason: "" } },
    "The server did not accept your last change. Here it is, to copy."],
  ["mandate ended, words left", { stop: { code: 4403, reason: "" }, unsavedShown: true },
    `Your mandate ended at ${time}. These words were not saved.`],
  ["mandate ended, all saved", { stop: { code: 4403, reason: "" } },
    `Your mandate ended at ${time}. Everything you wrote was saved.`],
  ["mandate ended, deletions left", { stop: { code: 4403, reason: "" }, pending: 1 },
    `Your mandate ended at ${time}. Your last changes were not saved.`],
  ["never allowed", { stop: { code: 4403, reason: "" }, wasLive: false }, "This text can’t be opened here with your mandate."],
  ["signed out", { stop: { code: 4401, reason: "" }, pending: 2 },
    "You are signed out. Your words are kept on this device: log in again to save them."],
  ["signed out, nothing kept", { stop: { code: 4401, reason: "" }, pending: 2, keepsAll: false },
    "You are signed out. Log in again to go on writing."],
  ["older than the server", { stop: { code: 4409, reason: "" } }, "This page is older than the server, and is being loaded anew."],
]
for (const [name, changes, expected] of table) test(name, () => assert.equal(said(changes), expected))

test("plural forms and numbers are the language's", () => {
  const arabic = new Messages({ waiting: { two: "تعديلان", few: "%(count)s تعديلات", other: "%(count)s تعديل" } }, "ar-EG")
  assert.equal(arabic.say("waiting", { count: 2 }), "تعديلان")
  assert.equal(arabic.say("waiting", { count: 3 }), "٣ تعديلات")
  assert.equal(arabic.say("waiting", { count: 100 }), "١٠٠ تعديل")
})

test("a tag that no browser knows does not break the page", () => {
  assert.equal(new Messages({}, "not a tag").say("copy"), "Copy")
})
