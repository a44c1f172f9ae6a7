// The Hocuspocus wire protocol: every frame is the text's name, a type and a payload.
import * as decoding from "lib0/decoding"
import * as encoding from "lib0/encoding"

const SYNC = 0
const AWARENESS = 1
const AUTH = 2
const QUERY_AWARENESS = 3
const SYNC_REPLY = 4
const STATELESS = 5
const CLOSE = 7
const SYNC_STATUS = 8
const PING = 9
const PONG = 10

const STEP_1 = 0
const STEP_2 = 1
const UPDATE = 2

const TOKEN = 0
const DENIED = 1
const AUTHENTICATED = 2

export type Frame =
  | { readonly type: "ping" }
  | { readonly type: "asked"; readonly vector: Uint8Array }
  | { readonly type: "answer" | "update"; readonly update: Uint8Array }
  | { readonly type: "presence"; readonly update: Uint8Array }
  | { readonly type: "presence asked" }
  | { readonly type: "denied"; readonly reason: string }
  | { readonly type: "admitted"; readonly scope: string }
  | { readonly type: "notice"; readonly payload: string }
  | { readonly type: "closed"; readonly reason: string }
  | { readonly type: "status"; readonly saved: boolean }
  | { readonly type: "unknown" }

function frame(name: string, type: number, write: (encoder: encoding.Encoder) => void): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarString(encoder, name)
  encoding.writeVarUint(encoder, type)
  write(encoder)
  return encoding.toUint8Array(encoder)
}

const sync = (name: string, step: number, bytes: Uint8Array): Uint8Array =>
  frame(name, SYNC, encoder => {
    encoding.writeVarUint(encoder, step)
    encoding.writeVarUint8Array(encoder, bytes)
  })

export const ask = (name: string, vector: Uint8Array): Uint8Array => sync(name, STEP_1, vector)
export const answer = (name: string, update: Uint8Array): Uint8Array => sync(name, STEP_2, update)
export const update = (name: string, bytes: Uint8Array): Uint8Array => sync(name, UPDATE, bytes)

export const authenticate = (name: string, token: string): Uint8Array =>
  frame(name, AUTH, encoder => {
    encoding.writeVarUint(encoder, TOKEN)
    encoding.writeVarString(encoder, token)
  })

export const presence = (name: string, states: Uint8Array): Uint8Array =>
  frame(name, AWARENESS, encoder => encoding.writeVarUint8Array(encoder, states))

export const leave = (name: string): Uint8Array => frame(name, CLOSE, encoder => encoding.writeVarString(encoder, "left"))

export const pong = (): Uint8Array => Uint8Array.of(PONG)

/** The text's name and what the frame says. A ping carries no name.
 *  @throws Error on bytes that are no frame (from lib0). */
export function read(bytes: Uint8Array): readonly [name: string, frame: Frame] {
  if (bytes.length === 1 && bytes[0] === PING) return ["", { type: "ping" }]
  const decoder = decoding.createDecoder(bytes)
  const name = decoding.readVarString(decoder).split("\0", 1)[0] as string
  return [name, payload(decoding.readVarUint(decoder), decoder)]
}

function payload(type: number, decoder: decoding.Decoder): Frame {
  switch (type) {
    case SYNC:
    case SYNC_REPLY:
      return readSync(decoder)
    case AWARENESS:
      return { type: "presence", update: decoding.readVarUint8Array(decoder) }
    case QUERY_AWARENESS:
      return { type: "presence asked" }
    case AUTH:
      return readAuth(decoder)
    case STATELESS:
      return { type: "notice", payload: decoding.readVarString(decoder) }
    case CLOSE:
      return { type: "closed", reason: decoding.readVarString(decoder) }
    case SYNC_STATUS:
      return { type: "status", saved: decoding.readVarInt(decoder) === 1 }
    default:
      return { type: "unknown" }
  }
}

function readSync(decoder: decoding.Decoder): Frame {
  const step = decoding.readVarUint(decoder)
  const bytes = decoding.readVarUint8Array(decoder)
  if (step === STEP_1) return { type: "asked", vector: bytes }
  return { type: step === STEP_2 ? "answer" : "update", update: bytes }
}

function readAuth(decoder: decoding.Decoder): Frame {
  switch (decoding.readVarUint(decoder)) {
    case DENIED:
      return { type: "denied", reason: decoding.readVarString(decoder) }
    case AUTHENTICATED:
      return { type: "admitted", scope: decoding.readVarString(decoder) }
    default:
      return { type: "unknown" }
  }
}
