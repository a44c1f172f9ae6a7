// The forms that a bundle is made of: canonical JSON and its shapes, keys, notes, the Merkle tree, signatures, the archive.
import { createHash, createPublicKey, verify } from "node:crypto";
import { crc32 } from "node:zlib";

export const LOG = 1;
export const WITNESS = 4;

export function must(holds, reason) {
  if (!holds) throw new Error(reason);
}

// Bytes and digests

export const bytes = (part) => (typeof part === "string" ? Buffer.from(part, "utf8") : part);
const hash = (name, ...parts) => createHash(name).update(Buffer.concat(parts.map(bytes))).digest();
export const digestOf = (...parts) => "sha256:" + hash("sha256", ...parts).toString("hex");
export const utf8 = (data) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);

export function base64(text) {
  const decoded = Buffer.from(text, "base64");
  must(decoded.toString("base64") === text, "this is not base64 in its one form");
  return decoded;
}

function signedBy(publicKey, message, signature) {
  const key = { kty: "OKP", crv: "Ed25519", x: publicKey.toString("base64url") };
  return signature.length === 64 && verify(null, bytes(message), createPublicKey({ key, format: "jwk" }), signature);
}

// JSON in its one form (RFC 8785), with whole numbers below 2^53 alone

export function canonical(value, depth = 1) {
  if (typeof value === "number") must(Number.isSafeInteger(value), "a number is not whole, or too large");
  if (typeof value === "string") must(value.isWellFormed(), "a string holds a lone surrogate");
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  must(depth <= 64, "this is nested too deeply");
  const inner = (each) => canonical(each, depth + 1);
  if (Array.isArray(value)) return "[" + value.map(inner).join() + "]";
  return "{" + Object.keys(value).sort().map((name) => inner(name) + ":" + inner(value[name])).join() + "}";
}

export function readCanonical(data, shape) {
  const text = utf8(data);
  const value = JSON.parse(text);
  must(canonical(value) === text, "this is not canonical JSON");
  must(fits(value, shape), "a field is missing, wrong or one too many");
  return value;
}

// Shapes: a test, [the shape of each item], or {name: the shape of a field}, where further fields are passed over

const isRecord = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const own = (value, name) => (Object.hasOwn(value, name) ? value[name] : undefined);
export const fits = (value, shape) => {
  if (typeof shape === "function") return shape(value);
  if (Array.isArray(shape)) return Array.isArray(value) && value.every((each) => fits(each, shape[0]));
  return isRecord(value) && Object.entries(shape).every(([name, field]) => fits(own(value, name), field));
};
export const isText = (value) => typeof value === "string";
export const isCount = (value) => Number.isSafeInteger(value) && value >= 1;
export const isDigest = (value) => isText(value) && /^sha256:[0-9a-f]{64}$/.test(value);
export const isName = (value) => isText(value) && /^[!-*,-~]+$/.test(value);
export const oneOf = (...values) => (value) => values.includes(value);
export const optional = (shape) => (value) => value === undefined || fits(value, shape);
export const dictOf = (shape) => (value) => isRecord(value) && fits(Object.values(value), [shape]);
export const exactly = (shape) => (value) => fits(value, shape) && Object.keys(value).length === Object.keys(shape).length;

// Keys and notes (C2SP signed-note, tlog-checkpoint, tlog-cosignature)

export function readKey(line) {
  const [, name, id, encoded] = /^([!-*,-~]+)\+([^+]*)\+(.*)$/s.exec(line) ?? [];
  must(name, "this is no key");
  const raw = base64(encoded);
  must(raw.length === 33 && [LOG, WITNESS].includes(raw[0]), "a key is of another type or length");
  must(hash("sha256", name, "\n", raw).toString("hex", 0, 4) === id, "a key does not fit its id");
  return { name, id, type: raw[0], publicKey: raw.subarray(1) };
}

export function readNote(data) {
  const text = utf8(data);
  const divider = text.lastIndexOf("\n\n");
  must(divider >= 0 && text.endsWith("\n") && !/[\x00-\x09\x0b-\x1f]/.test(text), "this is no note");
  const lines = text.slice(divider + 2, -1).split("\n");
  must(lines.length <= 100, "a note has more than a hundred signatures");
  const signatures = lines.map((line) => {
    const [, name, encoded] = /^— ([!-*,-~]+) ([^ ]+)$/.exec(line) ?? [];
    must(name, "a line of a note is no signature");
    const raw = base64(encoded);
    must(raw.length > 4, "a signature is too short");
    return { name, id: raw.toString("hex", 0, 4), signature: raw.subarray(4) };
  });
  return { body: text.slice(0, divider + 1), signatures };
}

const linesOf = (note, key) =>
  note.signatures.filter(({ name, id }) => name === key.name && id === key.id).map(({ signature }) => signature);

/** The keys of logs of this name that have signed the note. */
export const signers = (note, keys, name) => keys.filter((key) => key.type === LOG && key.name === name &&
  linesOf(note, key).some((line) => signedBy(key.publicKey, note.body, line)));

/** The keys of witnesses that have cosigned the checkpoint. */
export const cosigners = (note, keys) => keys.filter((key) => key.type === WITNESS && linesOf(note, key).some((line) => {
  if (line.length !== 72) return false;
  const message = `cosignature/v1\ntime ${line.readBigUInt64BE()}\n${note.body}`;
  return signedBy(key.publicKey, message, line.subarray(8));
}));

export function readCheckpoint(data) {
  const note = readNote(data);
  const [origin, size, encoded, ...rest] = note.body.split("\n");
  must(origin && rest.length && /^(0|[1-9][0-9]{0,15})$/.test(size) && Number.isSafeInteger(+size), "this is no checkpoint");
  const root = base64(encoded);
  must(root.length === 32, "the root has another length");
  return { note, origin, size: +size, root };
}

// The tree (RFC 6962; the check is that of RFC 9162, 2.1.3.2)

export const leafHash = (line) => hash("sha256", Buffer.of(0), line);
const nodeHash = (left, right) => hash("sha256", Buffer.of(1), left, right);
const half = (number) => Math.floor(number / 2);

export function isIncluded(index, size, leaf, path, root) {
  let [place, last, found] = [index - 1, size - 1, leaf];
  for (const step of path) {
    if (last === 0) return false;
    if (place % 2 === 1 || place === last) {
      found = nodeHash(step, found);
      while (place % 2 === 0 && place > 0) [place, last] = [half(place), half(last)];
    } else found = nodeHash(found, step);
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && found.equals(root);
}

// SSH signatures (OpenSSH, PROTOCOL.sshsig) with Ed25519 keys

const trimmed = (text) => text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");

function strings(data, count) {
  const found = [];
  while (data.length) {
    const end = data.length < 4 ? Infinity : 4 + data.readUInt32BE();
    must(end <= data.length, "a signature ends early");
    found.push(data.subarray(4, end));
    data = data.subarray(end);
  }
  must(found.length === count, "a signature has too few parts or too many");
  return found;
}

function plainEd25519(blob, length) {
  const [type, value] = strings(blob, 2);
  must(type.toString("latin1") === "ssh-ed25519" && value.length === length, "the key is not ssh-ed25519");
  return value;
}

/** The fingerprint of the key that signed the message; an error where none did. */
export function sshSigner(armour, message) {
  must(isText(armour) && armour.length <= 4000, "a signature is no text, or too long");
  const [begin, ...lines] = trimmed(armour).split("\n").map(trimmed);
  must(begin === "-----BEGIN SSH SIGNATURE-----" && lines.pop() === "-----END SSH SIGNATURE-----", "there is no signature");
  const blob = base64(lines.join(""));
  must(blob.toString("latin1", 0, 10) === "SSHSIG\0\0\0\x01", "this is no SSH signature of version 1");
  const [publicKey, namespace, , algorithm, signature] = strings(blob.subarray(10), 5);
  must(namespace.toString("latin1") === "drafting", "the signature was made for something else");
  must(["sha256", "sha512"].includes(algorithm.toString("latin1")), "the hash is another");
  const hashed = hash(algorithm.toString(), message);
  const between = blob.subarray(14 + publicKey.length, -4 - signature.length);
  const signed = Buffer.concat([bytes("SSHSIG"), between, Buffer.of(0, 0, 0, hashed.length), hashed]);
  must(signedBy(plainEd25519(publicKey, 32), signed, plainEd25519(signature, 64)), "the signature does not hold");
  return "SHA256:" + hash("sha256", publicKey).toString("base64").replace(/=+$/, "");
}

// The archive

/** Little-endian numbers, each with its width in bytes: `[value, width]`. */
const numbers = (...pairs) => Buffer.concat(pairs.map(([value, width]) => {
  const out = Buffer.alloc(width);
  out.writeUIntLE(value, 0, width);
  return out;
}));

export function pack(files) {
  const [first, second] = [[], []];
  let place = 0;
  for (const name of [...files.keys()].sort((one, other) => Buffer.compare(bytes(one), bytes(other)))) {
    const [data, title] = [files.get(name), bytes(name)];
    const isAscii = title.length === name.length;
    const both = numbers([20, 2], [isAscii ? 0 : 0x800, 2], [0, 2], [0, 2], [0x21, 2], [crc32(data), 4], [data.length, 4],
      [data.length, 4], [title.length, 2], [0, 2]);
    first.push(bytes("PK\x03\x04"), both, title, data);
    second.push(bytes("PK\x01\x02"), numbers([20, 1], [3, 1]), both,
      numbers([0, 2], [0, 2], [0, 2], [0x81a40000, 4], [place, 4]), title);
    place += 4 + both.length + title.length + data.length;
  }
  const list = Buffer.concat(second);
  const last = numbers([0, 2], [0, 2], [files.size, 2], [files.size, 2], [list.length, 4], [place, 4], [0, 2]);
  return Buffer.concat([...first, list, bytes("PK\x05\x06"), last]);
}

/** The files of an archive that was packed like this; an error for any other. */
export function unpack(archive) {
  const files = new Map();
  let at = archive.readUInt32LE(archive.length - 6);
  for (let count = archive.readUInt16LE(archive.length - 12); count; count--) {
    const [length, title, place] = [archive.readUInt32LE(at + 24), archive.readUInt16LE(at + 28), archive.readUInt32LE(at + 42)];
    const start = place + 30 + title;
    files.set(utf8(archive.subarray(at + 46, at + 46 + title)), archive.subarray(start, start + length));
    at += 46 + title;
  }
  must([...files.keys()].every((name) => !name.includes("\0")), "a name holds a null character");
  const total = [...files.values()].reduce((sum, data) => sum + data.length, 0);
  must(total <= archive.length && files.size <= 50_000 && pack(files).equals(archive), "it is not as it was made; unpack it, and check the folder");
  return files;
}
