// The forms that a bundle is made of: digests, canonical JSON, keys, notes, the Merkle tree. See docs/verification.md.
import { createHash, createPublicKey, verify as checkEd25519 } from "node:crypto";

const DEEPEST = 64;
export const LOG = 1;
export const WITNESS = 4;

// Bytes and digests

export const bytes = (part) => (typeof part === "string" ? Buffer.from(part, "utf8") : part);
export const sha256 = (...parts) => createHash("sha256").update(Buffer.concat(parts.map(bytes))).digest();
export const digestOf = (...parts) => "sha256:" + sha256(...parts).toString("hex");
export const utf8 = (data) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);

export function base64(text) {
  const decoded = Buffer.from(text, "base64");
  if (decoded.toString("base64") !== text) throw new Error("this is not base64 in its one form");
  return decoded;
}

export function signedBy(publicKey, message, signature) {
  if (signature.length !== 64) return false;
  const jwk = { kty: "OKP", crv: "Ed25519", x: publicKey.toString("base64url") };
  return checkEd25519(null, bytes(message), createPublicKey({ key: jwk, format: "jwk" }), signature);
}

// JSON in its one form (RFC 8785), with whole numbers below 2^53 alone

export function canonical(value, depth = 0) {
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new Error("a number is not whole, or too large");
    return String(value);
  }
  if (typeof value === "string") {
    if (!value.isWellFormed()) throw new Error("a string holds a lone surrogate");
    return JSON.stringify(value);
  }
  if (value === null || typeof value !== "object") return String(value);
  if (depth === DEEPEST) throw new Error("this is nested too deeply");
  const inner = (each) => canonical(each, depth + 1);
  if (Array.isArray(value)) return "[" + value.map(inner).join(",") + "]";
  const names = Object.keys(value).sort();
  return "{" + names.map((name) => inner(name) + ":" + inner(value[name])).join(",") + "}";
}

export function readCanonical(data) {
  const text = utf8(data);
  const value = JSON.parse(text);
  if (canonical(value) !== text) throw new Error("this is not canonical JSON");
  return value;
}

export const same = (one, other) => one !== undefined && other !== undefined && canonical(one) === canonical(other);

// Shapes: functions that say whether a value is of one

export const isText = (value) => typeof value === "string";
export const isCount = (value) => Number.isSafeInteger(value) && value >= 1;
export const isDigest = (value) => isText(value) && /^sha256:[0-9a-f]{64}$/.test(value);
export const isName = (value) => isText(value) && /^[!-*,-~]+$/.test(value);
export const isRecord = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
export const listOf = (shape) => (value) => Array.isArray(value) && value.every(shape);
export const dictOf = (shape) => (value) => isRecord(value) && Object.values(value).every(shape);
export const optional = (shape) => (value) => value === undefined || shape(value);
export const record = (fields) => (value) =>
  isRecord(value) && Object.entries(fields).every(([name, shape]) => shape(Object.hasOwn(value, name) ? value[name] : undefined));
export const exactly = (fields) => (value) =>
  record(fields)(value) && Object.keys(value).length === Object.keys(fields).length;

// Keys and notes (C2SP signed-note)

export function readKey(line) {
  const [, name, id, encoded] = /^([^+]*)\+([^+]*)\+(.*)$/s.exec(line) ?? [];
  if (!isName(name)) throw new Error("a key has no name");
  const raw = base64(encoded);
  if (raw.length !== 33 || ![LOG, WITNESS].includes(raw[0])) throw new Error("a key is of another type or length");
  if (sha256(name, "\n", raw).toString("hex", 0, 4) !== id) throw new Error("a key does not fit its id");
  return { name, id, type: raw[0], publicKey: raw.subarray(1) };
}

export function readNote(data) {
  const text = utf8(data);
  const divider = text.lastIndexOf("\n\n");
  if (divider < 0 || !text.endsWith("\n")) throw new Error("a note has no signatures");
  if (/[\x00-\x09\x0b-\x1f]/.test(text)) throw new Error("a note holds a control character");
  const lines = text.slice(divider + 2, -1).split("\n");
  if (lines.length > 100) throw new Error("a note has more than a hundred signatures");
  const signatures = lines.map((line) => {
    const [dash, name, encoded, ...rest] = line.split(" ");
    if (dash !== "—" || !isName(name) || encoded === undefined || rest.length) throw new Error("a line is no signature");
    const raw = base64(encoded);
    if (raw.length < 5) throw new Error("a signature is too short");
    return { name, id: raw.toString("hex", 0, 4), signature: raw.subarray(4) };
  });
  return { body: text.slice(0, divider + 1), signatures };
}

const isBy = (line, key) => line.name === key.name && line.id === key.id;

/** The keys of logs of this name that have signed the note. */
export const signers = (note, keys, name) => keys.filter((key) => key.type === LOG && key.name === name &&
  note.signatures.some((line) => isBy(line, key) && signedBy(key.publicKey, note.body, line.signature)));

/** Those of the witnesses' keys that have cosigned a checkpoint (C2SP tlog-cosignature, v1). */
export function cosigners(note, keys) {
  const holds = (line, key) => {
    if (!isBy(line, key) || line.signature.length !== 72) return false;
    const message = `cosignature/v1\ntime ${line.signature.readBigUInt64BE(0)}\n${note.body}`;
    return signedBy(key.publicKey, message, line.signature.subarray(8));
  };
  return keys.filter((key) => key.type === WITNESS && note.signatures.some((line) => holds(line, key)));
}

/** C2SP tlog-checkpoint: further lines are allowed, and passed over. */
export function readCheckpoint(data) {
  const note = readNote(data);
  const [origin, size, root, ...rest] = note.body.split("\n");
  if (!origin || rest.length === 0 || !/^(0|[1-9][0-9]{0,15})$/.test(size)) throw new Error("this is no checkpoint");
  const checkpoint = { note, origin, size: Number(size), root: base64(root) };
  if (!Number.isSafeInteger(checkpoint.size) || checkpoint.root.length !== 32) throw new Error("this is no checkpoint");
  return checkpoint;
}

// The tree (RFC 6962; the check is that of RFC 9162, 2.1.3.2)

export const leafHash = (line) => sha256(Buffer.of(0), line);
const nodeHash = (left, right) => sha256(Buffer.of(1), left, right);
const half = (number) => Math.floor(number / 2);

export function isIncluded(index, size, leaf, path, root) {
  let [place, last, hash] = [index - 1, size - 1, leaf];
  for (const step of path) {
    if (last === 0) return false;
    if (place % 2 === 1 || place === last) {
      hash = nodeHash(step, hash);
      while (place % 2 === 0 && place > 0) [place, last] = [half(place), half(last)];
    } else {
      hash = nodeHash(hash, step);
    }
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && hash.equals(root);
}
