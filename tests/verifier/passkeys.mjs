// Positions that a device agreed to: assertions of passkeys (W3C Web Authentication).
import { createHash, createPublicKey, verify } from "node:crypto";
import { base64, isText, must, utf8 } from "./forms.mjs";

const sha256 = (data) => createHash("sha256").update(data).digest();
const own = (value, name) => (Object.hasOwn(value, name) ? value[name] : undefined);
const url = (data) => data.toString("base64url");

/** The key is known by its length: 65 bytes of P-256, 32 of Ed25519, 256 to 512 of an RSA modulus. */
function keyOf(raw) {
  if (raw.length === 65 && raw[0] === 4) return { kty: "EC", crv: "P-256", x: url(raw.subarray(1, 33)), y: url(raw.subarray(33)) };
  if (raw.length === 32) return { kty: "OKP", crv: "Ed25519", x: url(raw) };
  must(raw.length >= 256 && raw.length <= 512 && raw[0] !== 0, "this is no public key");
  return { kty: "RSA", n: url(raw), e: "AQAB" };
}

function part(data, name) {
  const text = own(data, name);
  must(isText(text) && text.length <= 6000, `a passkey's ${name} is no text, or too long`);
  return base64(text);
}

function readClient(raw) {
  const opened = raw.filter((byte) => byte === 0x7b || byte === 0x5b).length;
  must(raw.length <= 4000 && opened <= 64, "the browser says too much");
  const said = JSON.parse(utf8(raw));
  must(said !== null && typeof said === "object" && !Array.isArray(said), "the browser says nothing");
  const [type, challenge, origin] = ["type", "challenge", "origin"].map((name) => own(said, name));
  must(type === "webauthn.get" && isText(challenge) && isText(origin), "the browser was asked for something else");
  const [, host] = /^https?:\/\/([a-z0-9.-]+)(:[0-9]{1,5})?$/.exec(origin) ?? [];
  must(host && [undefined, false].includes(own(said, "crossOrigin")), "the browser was asked by no site, or within another");
  return { challenge, origin, host };
}

/** Which key agreed to the message, and which site asked; an error where none did. */
export function passkeyAgreed(data, message) {
  const [raw, device, said, signature] = ["public", "authenticator", "client", "signature"].map((name) => part(data, name));
  const { challenge, origin, host } = readClient(said);
  must(device.length >= 37 && device.length <= 4000, "the device says too little, or too much");
  must(device.subarray(0, 32).equals(sha256(host)), "the device was asked by another site");
  must((device[32] & 5) === 5, "the device did not see who holds it");
  must(challenge === url(sha256(message)), "the device agreed to something else");
  const type = raw.length === 32 ? null : "sha256";
  const signed = Buffer.concat([device, sha256(said)]);
  must(verify(type, signed, createPublicKey({ key: keyOf(raw), format: "jwk" }), signature), "the passkey's signature does not hold");
  return { key: "SHA256:" + sha256(raw).toString("base64").replace(/=+$/, ""), origin };
}
