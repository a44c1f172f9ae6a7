// Positions signed offline: SSH signatures (OpenSSH, PROTOCOL.sshsig) with Ed25519 keys.
import { createHash } from "node:crypto";
import { base64, bytes, isText, sha256, signedBy } from "./forms.mjs";

const BEGIN = "-----BEGIN SSH SIGNATURE-----";
const END = "-----END SSH SIGNATURE-----";
const trimmed = (text) => text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");

/** The strings that SSH packs one behind the other, each with its length in four bytes; nothing may follow the last. */
function strings(data, count) {
  const found = [];
  for (let n = 0; n < count; n++) {
    const end = data.length < 4 ? Infinity : 4 + data.readUInt32BE();
    if (end > data.length) throw new Error("the signature ends early");
    found.push(data.subarray(4, end));
    data = data.subarray(end);
  }
  if (data.length) throw new Error("something follows the signature");
  return found;
}

function packed(part) {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes(part).length);
  return Buffer.concat([length, bytes(part)]);
}

function plainEd25519(blob, length) {
  const [type, value] = strings(blob, 2);
  if (type.toString("latin1") !== "ssh-ed25519" || value.length !== length) throw new Error("the key is not ssh-ed25519");
  return value;
}

/** The fingerprint of the key that signed the message; an error where none did. */
export function sshSigner(armour, message) {
  if (!isText(armour) || armour.length > 4000) throw new Error("the signature is no text, or too long");
  const lines = trimmed(armour).split("\n").map(trimmed);
  if (lines.length < 3 || lines.shift() !== BEGIN || lines.pop() !== END) throw new Error("the signature has no armour");
  const blob = base64(lines.join(""));
  if (blob.toString("latin1", 0, 10) !== "SSHSIG\0\0\0\x01") throw new Error("this is no SSH signature of version 1");
  const [publicKey, namespace, reserved, algorithm, signature] = strings(blob.subarray(10), 5);
  if (namespace.toString("latin1") !== "drafting") throw new Error("the signature was made for something else");
  const hash = algorithm.toString("latin1");
  if (!["sha256", "sha512"].includes(hash)) throw new Error("the hash is another");
  const hashed = createHash(hash).update(message).digest();
  const signed = Buffer.concat([bytes("SSHSIG"), ...[namespace, reserved, algorithm, hashed].map(packed)]);
  if (!signedBy(plainEd25519(publicKey, 32), signed, plainEd25519(signature, 64))) throw new Error("the signature does not hold");
  return "SHA256:" + sha256(publicKey).toString("base64").replace(/=+$/, "");
}
