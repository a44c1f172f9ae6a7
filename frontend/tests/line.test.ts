// Pauses between attempts to connect: they grow, they differ from client to client, and they begin anew when the server
// has answered.
import assert from "node:assert/strict"
import { test, type TestContext } from "node:test"
import { Line, type Party } from "../src/sync/line"

class Socket {
  static readonly OPEN = 1
  static made: Socket[] = []
  readyState = 0
  onopen = (): void => {}
  onmessage = (_: { data: ArrayBuffer }): void => {}
  onclose = (_: { code: number; reason: string }): void => {}
  constructor() {
    Socket.made.push(this)
  }
  send(): void {}
  close(): void {}
  fail(code = 1006, reason = ""): void {
    this.onclose({ code, reason })
  }
  answer(): void {
    this.readyState = Socket.OPEN
    this.onopen()
    this.onmessage({ data: Uint8Array.of(9).buffer }) // a ping
  }
}

const party = { name: "a", isDeclined: false, owes: false, crowd: 1, opened() {}, closed() {}, receive() {}, poke() {} } as Party

/** A line whose sockets and clock are the test's; `pause` fails the last socket and says how long the line then waits. */
function line(t: TestContext, chance: () => number, crowd = 1) {
  Object.assign(globalThis, { WebSocket: Socket, addEventListener: () => {}, removeEventListener: () => {} })
  Socket.made = []
  t.mock.timers.enable({ apis: ["setTimeout"] })
  t.mock.method(Math, "random", chance)
  const made = new Line("ws://nowhere.example")
  made.join({ ...party, crowd })
  const pause = (code?: number, reason?: string): number => {
    const before = Socket.made.length
    Socket.made[before - 1]?.fail(code, reason)
    for (let waited = 0; waited <= 90_000; waited += 50) {
      if (Socket.made.length > before) return waited
      t.mock.timers.tick(50)
    }
    throw new Error("the line gave up")
  }
  return { pause, end: () => made.destroy() }
}

test("pauses double up to half a minute", t => {
  const { pause, end } = line(t, () => 0.999)
  const pauses = Array.from({ length: 9 }, () => pause())
  pauses.reduce((before, now) => (assert.ok(now >= before), now))
  assert.ok((pauses[0] as number) < 1500)
  assert.ok((pauses[4] as number) > 4 * (pauses[1] as number))
  assert.ok((pauses[8] as number) > 20_000 && (pauses[8] as number) <= 31_000)
  end()
})

test("clients that lost the server together come back apart", t => {
  const early = line(t, () => 0)
  const soon = Array.from({ length: 6 }, () => early.pause())
  early.end()
  t.mock.timers.reset()
  t.mock.restoreAll()
  const late = line(t, () => 0.999)
  const later = Array.from({ length: 6 }, () => late.pause())
  late.end()
  assert.ok((later[5] as number) - (soon[5] as number) > 10_000)
})

test("a server that answers is tried again soon, one that is too busy later", t => {
  const { pause, end } = line(t, () => 0.5)
  for (let i = 0; i < 8; i++) pause()
  Socket.made.at(-1)?.answer()
  assert.ok(pause() < 1500)
  Socket.made.at(-1)?.answer()
  assert.ok(pause(1013) >= 5000)
  end()
})

/** The earliest and the latest pause of clients to whom the same happens. */
function range(t: TestContext, crowd: number, code?: number, reason?: string): [number, number] {
  const [soonest, latest] = [0, 0.999].map(chance => {
    t.mock.timers.reset()
    t.mock.restoreAll()
    const { pause, end } = line(t, () => chance, crowd)
    Socket.made.at(-1)?.answer()
    const waited = pause(code, reason)
    end()
    return waited
  })
  return [soonest as number, latest as number]
}

test("after a restart clients come back over as many seconds as the server said", t => {
  const [soonest, latest] = range(t, 2, 1012, "restart 8")
  assert.ok(soonest <= 500)
  assert.ok(latest > 7_000 && latest < 9_000)
})

test("a server that says no number has some seconds, and one that says too many half a minute", t => {
  for (const reason of ["", "restart", "restart soon", "restart -4"]) {
    const [, latest] = range(t, 2, 1012, reason)
    assert.ok(latest > 2_500 && latest < 4_500, reason)
  }
  const [, latest] = range(t, 2, 1012, "restart 999")
  assert.ok(latest > 20_000 && latest < 31_000)
})

test("when a server dies, those who were many come back further apart than those who were few", t => {
  const [soonest, latest] = range(t, 2)
  assert.ok(soonest >= 500 && latest < 1_000)
  const [, among] = range(t, 200)
  assert.ok(among > 5_000 && among < 6_000)
})

test("a hundred clients find a restarting server one after the other", t => {
  let seed = 1
  const waits = Array.from({ length: 100 }, () => {
    t.mock.timers.reset()
    t.mock.restoreAll()
    seed = (seed * 16807) % 2147483647
    const { pause, end } = line(t, () => seed / 2147483647, 100)
    Socket.made.at(-1)?.answer()
    const waited = pause(1012, "restart 4")
    end()
    return Math.floor(waited / 500)
  })
  const most = Math.max(...[...new Set(waits)].map(slot => waits.filter(each => each === slot).length))
  assert.ok(most < 30, `${most} within half a second`)
})
