// "Saved" is said after the server's word and not before: a scripted server, over reconnections.
import assert from "node:assert/strict"
import { after, test } from "node:test"
import * as encoding from "lib0/encoding"
import * as Y from "yjs"
import { Channel, FROM_SERVER, readStop } from "../src/sync/channel"
import * as frames from "../src/sync/frames"
import { NOT_ALLOWED, REFUSED, type Line, type Stop } from "../src/sync/line"

const NAME = "well.s1.en"
/** A state vector of somebody who has nothing. */
const NOTHING = Uint8Array.of(0)

const open: Channel[] = []
after(() => open.forEach(channel => channel.destroy())) // presence runs a timer

/** A channel, and the frames it sends to a server that answers only when the test says so. */
function connect(writable = true) {
  const doc = new Y.Doc()
  const sent: frames.Frame[] = []
  const seen = { saved: 0, stops: [] as Stop[], readOnly: false, notices: [] as string[] }
  const line = {
    isOpen: true,
    send: (bytes: Uint8Array) => void sent.push(frames.read(bytes)[1]),
    join: () => undefined,
    part: () => undefined,
  } as unknown as Line
  const channel: Channel = new Channel(NAME, doc, line, () => "format=1", writable, {
    changed: () => undefined,
    saved: () => void seen.saved++,
    answered: update => Y.applyUpdate(doc, update, FROM_SERVER),
    deliver: update => Y.applyUpdate(doc, update, FROM_SERVER),
    stopped: stop => void seen.stops.push(stop),
    readOnly: () => void (seen.readOnly = true),
    notice: payload => void seen.notices.push(payload),
  })
  open.push(channel)
  const write = (text: string): void => doc.getText("body").insert(doc.getText("body").length, text, {})
  const types = (): string[] => sent.splice(0).map(frame => frame.type)
  return { doc, channel, seen, write, types }
}

const asked = { type: "asked", vector: NOTHING } as const
const saved = { type: "status", saved: true } as const

test("a change is saved when the server has confirmed it", () => {
  const { channel, seen, write, types } = connect()
  channel.opened()
  channel.receive(asked)
  assert.deepEqual(types(), ["unknown", "asked", "answer"]) // the token is read by servers only
  channel.receive(saved)
  write("a")
  assert.deepEqual(types(), ["update"])
  assert.equal(channel.outbox.count, 1)
  assert.equal(seen.saved, 0)
  channel.receive(saved)
  assert.equal(channel.outbox.count, 0)
  assert.equal(seen.saved, 1)
})

test("nothing is sent by itself before the server has asked what we have", () => {
  const { channel, write, types } = connect()
  channel.opened()
  write("a")
  assert.deepEqual(types(), ["unknown", "asked"])
  channel.receive(asked)
  assert.deepEqual(types(), ["answer"])
  channel.receive(saved)
  assert.equal(channel.outbox.count, 0)
})

test("a confirmation from before the line broke counts for nothing afterwards", () => {
  const { channel, seen, write, types } = connect()
  channel.opened()
  channel.receive(asked)
  channel.receive(saved)
  write("a")
  write("b")
  channel.closed(null)
  write("c")
  assert.equal(channel.outbox.count, 3)
  channel.opened()
  channel.receive(saved) // nothing is on the way yet
  assert.equal(channel.outbox.count, 3)
  channel.receive(asked)
  write("d")
  channel.receive(saved) // the answer, with a, b and c
  assert.equal(channel.outbox.count, 1)
  assert.equal(seen.saved, 0)
  channel.receive(saved)
  assert.equal(seen.saved, 1)
  types()
})

test("when many frames are on their way, further changes travel together", () => {
  const { channel, write, types } = connect()
  channel.opened()
  channel.receive(asked)
  types()
  for (let i = 0; i < 30; i++) write("x")
  assert.equal(types().length, 7) // the answer is the eighth
  channel.receive(saved)
  assert.deepEqual(types(), ["update"])
  for (let i = 0; i < 8; i++) channel.receive(saved)
  assert.equal(channel.outbox.count, 0)
})

test("who may only read sends nothing, not even the clean-up of Yjs", () => {
  const { channel, write, types } = connect(false)
  channel.opened()
  channel.receive(asked)
  write("a")
  assert.deepEqual(types(), ["unknown", "asked"])
  assert.equal(channel.outbox.count, 0)
})

test("what the server did not take stays pending until all is sent anew", () => {
  const { channel, seen, write } = connect()
  channel.opened()
  channel.receive(asked)
  channel.receive(saved)
  write("a")
  write("b")
  channel.receive({ type: "status", saved: false })
  assert.ok(channel.isDeclined)
  channel.receive(asked) // it lacks something that a builds on
  channel.receive({ type: "status", saved: false }) // b, which was on its way
  assert.equal(channel.outbox.count, 2)
  channel.receive(saved) // the answer
  assert.equal(channel.outbox.count, 0)
  assert.equal(seen.saved, 1)
})

test("a refusal stops the text, and nothing more is sent", () => {
  const { channel, seen, write, types } = connect()
  channel.opened()
  channel.receive(asked)
  channel.receive(saved)
  write("javascript")
  channel.receive({ type: "status", saved: false })
  channel.closed({ code: REFUSED, reason: "links" })
  assert.deepEqual(seen.stops, [{ code: REFUSED, reason: "links" }])
  assert.equal(channel.outbox.count, 1)
  types()
  write("more")
  assert.deepEqual(types(), [])
})

test("denied, read-only, closed: each is told apart", () => {
  const denied = connect()
  denied.channel.receive({ type: "denied", reason: "4401" })
  assert.deepEqual(denied.seen.stops, [{ code: 4401, reason: "" }])
  const reading = connect()
  reading.channel.receive({ type: "admitted", scope: "readonly" })
  assert.ok(reading.seen.readOnly)
  const closed = connect()
  closed.channel.receive({ type: "closed", reason: "4422 links" })
  assert.deepEqual(closed.seen.stops, [{ code: REFUSED, reason: "links" }])
})

test("reasons", () => {
  assert.deepEqual(readStop("4409", NOT_ALLOWED), { code: 4409, reason: "" })
  assert.deepEqual(readStop("4422: size", 0), { code: 4422, reason: "size" })
  assert.deepEqual(readStop("permission-denied", NOT_ALLOWED), { code: NOT_ALLOWED, reason: "permission-denied" })
  assert.deepEqual(readStop("Reset Connection", 0), { code: 0, reason: "Reset Connection" })
})

test("a ping has no name", () => {
  assert.deepEqual(frames.read(Uint8Array.of(9)), ["", { type: "ping" }])
  const encoder = encoding.createEncoder()
  encoding.writeVarString(encoder, `${NAME}\0session`)
  encoding.writeVarUint(encoder, 8)
  encoding.writeVarInt(encoder, 1)
  assert.deepEqual(frames.read(encoding.toUint8Array(encoder)), [NAME, saved])
})
