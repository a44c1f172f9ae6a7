// A verifier of bundles, in the terms of docs/verification.md, with nothing of the program in it. Node 20, no packages.
//   node verify.mjs FOLDER [KEYS.txt]     exit 0 valid, 1 invalid, 2 incomplete
import { createHash, createPublicKey, verify as verifySignature } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";

const LISTED = ["keys.json", "checkpoint", "cosignatures", "acts.jsonl", "proofs.json", "content.json"];
const HEX = /^sha256:[0-9a-f]{64}$/;
class Misfit extends Error {}

// Bytes, JSON, digests
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();
const digest = (...parts) => "sha256:" + sha256(...parts).toString("hex");
const text = (data) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
const isCount = (value) => Number.isSafeInteger(value) && value > 0;
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const hasKeys = (value, keys) => isObject(value) && Object.keys(value).sort().join() === [...keys].sort().join();
const same = (a, b) => canonical(a) === canonical(b);

function canonical(value) {
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw new Error("number");
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join()}}`;
}

function json(data) {
  try {
    const source = text(data);
    const value = JSON.parse(source);
    return canonical(value) === source && !/\\ud[89a-f]/.test(source) ? value : undefined;
  } catch {
    return undefined;
  }
}

function base64(value) {
  const data = Buffer.from(String(value), "base64");
  if (typeof value !== "string" || data.toString("base64") !== value) throw new Error("base64");
  return data;
}

// Ed25519, keys, notes
function signed(key, signature, message) {
  const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), key]);
  try {
    const publicKey = createPublicKey({ key: der, format: "der", type: "spki" });
    return signature.length === 64 && verifySignature(null, Buffer.from(message), publicKey, signature);
  } catch {
    return false;
  }
}

const isName = (name) => /^[^\s+]+$/u.test(name);

function readKey(line) {
  const [, name, id, data] = /^([^+]*)\+([^+]*)\+(.*)$/s.exec(line);
  const raw = base64(data);
  const known = sha256(name, "\n", raw).subarray(0, 4).toString("hex");
  if (!isName(name) || raw.length !== 33 || ![1, 4].includes(raw[0]) || known !== id) throw new Error("key");
  return { name, id, type: raw[0], bytes: raw.subarray(1) };
}

function readNote(data) {
  try {
    const whole = text(data);
    const end = whole.lastIndexOf("\n\n");
    const lines = whole.slice(end + 2, -1).split("\n");
    if (end < 0 || !whole.endsWith("\n") || lines.length > 100 || /[\0-\x09\x0b-\x1f]/.test(whole)) return undefined;
    const signatures = lines.map((line) => {
      const [, name, encoded] = /^— ([^ ]+) ([^ ]+)$/.exec(line);
      const raw = base64(encoded);
      if (!isName(name) || raw.length <= 4) throw new Error("line");
      return { name, id: raw.subarray(0, 4).toString("hex"), data: raw.subarray(4) };
    });
    return { body: whole.slice(0, end + 1), signatures };
  } catch {
    return undefined;
  }
}

const isBy = (s, key) => s.name === key.name && s.id === key.id;
const signer = (note, keys) =>
  keys.find((k) => k.type === 1 && note.signatures.some((s) => isBy(s, k) && signed(k.bytes, s.data, note.body)));

function witnesses(note, keys) {
  const isSigned = (s, k) =>
    isBy(s, k) &&
    s.data.length === 72 &&
    signed(k.bytes, s.data.subarray(8), `cosignature/v1\ntime ${s.data.readBigUInt64BE(0)}\n${note.body}`);
  return keys.filter((k) => k.type === 4 && note.signatures.some((s) => isSigned(s, k))).map((k) => k.name);
}

// The tree
const node = (left, right) => sha256(Buffer.of(1), left, right);

function isIncluded(leaf, index, size, path, root) {
  let [place, last, found] = [BigInt(index), BigInt(size - 1), leaf];
  for (const step of path) {
    if (last === 0n) return false;
    if (place & 1n || place === last) {
      found = node(step, found);
      while (!(place & 1n) && place) [place, last] = [place >> 1n, last >> 1n];
    } else found = node(found, step);
    [place, last] = [place >> 1n, last >> 1n];
  }
  return last === 0n && found.equals(root);
}

// Stage 1: signature
function readRelease(data) {
  const value = json(data);
  const numbers = ["n", "release", "index", "size"];
  const texts = ["origin", "declaration", "manifest", "content"];
  if (!hasKeys(value, ["format", "files", ...numbers, ...texts]) || value.format !== 2) return undefined;
  const isWhole =
    numbers.every((name) => isCount(value[name])) &&
    texts.every((name) => typeof value[name] === "string") &&
    isName(value.origin) &&
    value.index <= value.size &&
    isObject(value.files) &&
    Object.values(value.files).every((each) => typeof each === "string" && HEX.test(each)) &&
    LISTED.every((name) => name in value.files) &&
    !("release.json" in value.files || "release.note" in value.files);
  return isWhole ? value : undefined;
}

function readKeys(data) {
  const value = json(data);
  if (!hasKeys(value, ["format", "keys"]) || value.format !== 1 || !Array.isArray(value.keys)) return undefined;
  try {
    return value.keys.map(readKey);
  } catch {
    return undefined;
  }
}

function readReleaseNote(data) {
  const note = readNote(data);
  const lines = note?.body.split("\n") ?? [];
  return lines.length === 4 && lines[0] === "drafting release 1" && HEX.test(lines[2]) ? note : undefined;
}

function checkSignature(files, release, note, keys) {
  const [, origin, hash] = note.body.split("\n");
  const isSame = hash === digest(files.get("release.json"));
  if (!signer(note, keys.filter((key) => key.name === origin))) {
    const isOtherKey = isSame && release.files["keys.json"] !== digest(files.get("keys.json"));
    return [isOtherKey ? "keys.json" : "release.note"];
  }
  return isSame && release.origin === origin ? [] : ["release.json"];
}

// Stage 3: the log
function readCheckpoint(files, release, keys) {
  const note = readNote(files.get("checkpoint"));
  const [origin, size, root, end] = note?.body.split("\n") ?? [];
  if (origin !== release.origin || size !== String(release.size) || end === undefined) return undefined;
  if (!signer(note, keys.filter((key) => key.name === origin)) || !note.body.endsWith("\n")) return undefined;
  try {
    const hash = base64(root);
    return hash.length === 32 ? hash : undefined;
  } catch {
    return undefined;
  }
}

function readActs(data, release) {
  const FIELDS = ["stream", "index", "at", "kind", "actor", "channel", "data"];
  const lines = data.toString("utf8").split("\n");
  if (lines.pop() !== "" || !Buffer.from(data.toString("utf8")).equals(data)) return undefined;
  const acts = lines.map((line) => ({ line, ...json(Buffer.from(line)) }));
  let last = 0;
  for (const { line, ...act } of acts) {
    const isAct =
      hasKeys(act, FIELDS) &&
      ["stream", "at", "kind", "actor", "channel"].every((name) => typeof act[name] === "string") &&
      isObject(act.data) &&
      isCount(act.index);
    if (!isAct || act.stream !== release.declaration || act.index <= last || act.index > release.size) return undefined;
    last = act.index;
  }
  return acts;
}

function readPaths(data, size) {
  const value = json(data);
  if (!hasKeys(value, ["size", "paths"]) || value.size !== size || !Array.isArray(value.paths)) return undefined;
  try {
    const paths = value.paths.map((path) => (Array.isArray(path) ? path.map(base64) : [Buffer.alloc(0)]));
    return paths.flat().every((step) => step.length === 32) ? paths : undefined;
  } catch {
    return undefined;
  }
}

// Stage 4: the edition
function canonicalText(body) {
  const isEmpty = (b) => !b.runs.some((r) => r.note != null || r.text.replaceAll("\u00ad", "").trim());
  const referred = body.flatMap((b) => b.runs.map((r) => r.note)).filter((id) => id != null);
  const unused = body.filter((b) => b.kind === "footnote").map((b) => b.id);
  const numbers = new Map([...new Set([...referred, ...unused])].map((id, n) => [id, n + 1]));
  const runs = (block) => {
    const out = [];
    let former;
    for (const run of block.runs) {
      const marks = run.marks ?? {};
      const plain = run.text.replaceAll("\u00ad", "");
      if (run.note != null) out.push({ note: numbers.get(run.note) ?? 0 });
      else if (plain) {
        const kept = { ...(marks.strong && { strong: true }), ...(marks.em && { em: true }), ...(marks.link && { link: marks.link }) };
        if (former && same(former.marks, kept)) former.run.text += plain;
        else out.push({ text: plain, ...kept });
        former = { marks: kept, run: out.at(-1) };
        continue;
      } else continue;
      former = undefined;
    }
    return out.map((run) => ("note" in run ? run : { ...run, text: run.text.normalize("NFC") }));
  };
  return body.filter((b) => !isEmpty(b)).map((b) => ({
    kind: b.kind,
    runs: runs(b),
    ...(["bullet", "ordered"].includes(b.kind) && { depth: b.depth ?? 0 }),
    ...(b.kind === "footnote" && { note: numbers.get(b.id) ?? 0 }),
  }));
}

const original = (statement) => statement.texts[statement.original].text;

function checkTexts(files, edition) {
  const faults = [];
  const expected = new Set();
  for (const section of edition.sections)
    for (const [locale, each] of Object.entries(section.texts)) {
      const words = canonical(canonicalText(each.body));
      if (digest("drafting text 1 unicode 14\n", words) !== each.digest) faults.push("content.json");
      if (each.status === "source") continue;
      const name = `text/${locale}/${section.id}.json`;
      expected.add(name);
      if (!files.get(name)?.equals(Buffer.from(words))) faults.push(name);
    }
  return [...faults, ...[...files.keys()].filter((name) => name.startsWith("text/") && !expected.has(name))];
}

function isManifest(release, edition) {
  const revision = (section) => {
    const texts = Object.fromEntries(edition.authentic_locales.map((tag) => [tag, section.texts[tag].digest]));
    return digest("drafting revision 1\n", canonical({ section: section.id, texts }));
  };
  const order = (...names) => (a, b) => Buffer.compare(Buffer.from(names.map((n) => a[n]).join("\0")), Buffer.from(names.map((n) => b[n]).join("\0")));
  const statements = edition.sections.flatMap((section) =>
    section.positions
      .filter((p) => p.statement && ["reserves", "stands_aside"].includes(p.status))
      .map((p) => ({ section: section.id, network: p.network, digest: digest(original(p.statement)) })),
  );
  const manifest = {
    declaration: edition.declaration,
    sections: edition.sections.map((s) => ({ id: s.id, revision: s.revision.digest })),
    networks: edition.networks.map((n) => ({ slug: n.slug, name: n.name })).sort(order("slug")),
    statements: statements.sort(order("section", "network", "digest")),
  };
  return (
    ["declaration", "n", "manifest"].every((name) => edition[name] === release[name]) &&
    edition.sections.every((section) => revision(section) === section.revision.digest) &&
    digest("drafting manifest 1\n", canonical(manifest)) === edition.manifest
  );
}

function checkActs(release, edition, acts) {
  const must = (truth) => {
    if (!truth) throw new Misfit();
  };
  const of = (kind) => acts.filter((a) => a.kind === kind && a.data.n === release.n);
  const create = acts.find((a) => a.index === 1 && a.kind === "person:declaration:create");
  must(create && ["source_locale", "authentic_locales"].every((name) => same(create.data[name], edition[name])));
  const [freeze, ...others] = of("person:edition:freeze");
  must(freeze && others.length === 0 && freeze.data.manifest === release.manifest);
  const released = acts.find((a) => a.index === release.index);
  must(released?.kind === "system:edition:release" && released.data.n === release.n);
  must(released.data.content === release.content);
  const asked = of("person:release:ask").filter((a) => a.data.content === release.content);
  must(freeze.data.content === release.content || asked.length === 1);
  const approvals = of("person:edition:approve").filter((a) => freeze.index < a.index && a.index < released.index);
  must(new Set(approvals.map((a) => a.actor)).size >= 2 && of("system:edition:void").length === 0);
  const joins = acts.filter((a) => a.kind === "person:member:join" && a.index < freeze.index);
  for (const { slug, name } of edition.networks) must(joins.some((a) => a.data.network === slug && a.data.name === name));
  const whole = acts.filter((a) => a.kind === "person:manifest:sign" && a.data.digest === release.manifest);
  for (const slug of edition.manifest_signed_by) must(whole.some((a) => a.data.network === slug));
  const taken = edition.sections.flatMap((s) => s.positions.map((p) => checkPosition(s, p, acts, freeze.index, must)));
  for (const act of taken) {
    const offline = acts.filter((a) => a.kind === "person:position:sign" && a.data.position === act.data.id).at(-1);
    if (offline) must(isOffline(release.declaration, act.data, offline.data.signature));
  }
}

function checkPosition(section, position, acts, before, must) {
  const aside = position.status === "stands_aside";
  const kinds = { consents: ["consent"], reserves: ["reservation"], ad_referendum: ["consent", "reservation"], stands_aside: ["stand_aside"] };
  const taken = acts.filter((a) => a.kind === "person:position:take" && a.data.network === position.network && a.index < before);
  const own = taken.filter((a) => a.data.section === section.id);
  const candidates = own.length || !aside ? own : taken;
  const act = candidates.filter((a) => a.at === position.at.replaceAll("+00:00", "Z")).at(-1);
  must(act && kinds[position.status].includes(act.data.kind) && (own.length === 0 || own.at(-1) === act));
  const authority = position.status === "ad_referendum" ? "ad_referendum" : "mandated";
  must(aside || (act.data.target_digest === section.revision.digest && act.data.authority === authority));
  must(act.data.harms === position.harms && act.data.remedy === position.remedy);
  const [words, statement] = [act.data.statement, position.statement];
  must((words === null) === (statement === null));
  must(words === null || (words.locale === statement.original && words.text === original(statement)));
  return act;
}

function isOffline(declaration, data, armoured) {
  const names = ["id", "network", "section", "kind", "target_digest", "read_locale", "read_digest", "authority", "statement", "harms", "remedy", "until"];
  const position = Object.fromEntries(names.map((name) => [name, data[name]]));
  const message = canonical({ format: "drafting position 1", declaration, position }) + "\n";
  const strings = (data, count) => {
    const found = [];
    for (let n = 0; n < count; n++) {
      const end = 4 + data.readUInt32BE(0);
      if (end > data.length) throw new Error("cut off");
      found.push(data.subarray(4, end));
      data = data.subarray(end);
    }
    if (data.length) throw new Error("too long");
    return found;
  };
  try {
    const lines = armoured.trim().split("\n").map((line) => line.trim());
    if (lines.shift() !== "-----BEGIN SSH SIGNATURE-----" || lines.pop() !== "-----END SSH SIGNATURE-----") return false;
    const blob = base64(lines.join(""));
    if (!lines.length || armoured.length > 4000 || !blob.subarray(0, 10).equals(Buffer.from("SSHSIG\0\0\0\x01"))) return false;
    const [key, namespace, reserved, algorithm, signature] = strings(blob.subarray(10), 5);
    const [[kind, bytes], [again, proof]] = [strings(key, 2), strings(signature, 2)];
    if (String(namespace) !== "drafting" || ![kind, again].every((k) => String(k) === "ssh-ed25519")) return false;
    if (!["sha256", "sha512"].includes(String(algorithm)) || bytes.length !== 32) return false;
    const hash = createHash(String(algorithm)).update(message).digest();
    const length = (part) => Buffer.of(part.length >>> 24, part.length >>> 16, part.length >>> 8, part.length);
    const parts = [namespace, reserved, algorithm, hash].flatMap((part) => [length(part), part]);
    return signed(bytes, proof, Buffer.concat([Buffer.from("SSHSIG"), ...parts]));
  } catch {
    return false;
  }
}

/** @param files Map of names to Buffers. @returns {{code: number, files: string[]}} the files that are wrong or missing. */
export function verify(files, trusted) {
  const missing = ["release.json", "release.note", "keys.json"].filter((name) => !files.has(name));
  const read = (name, reader) => (files.has(name) ? reader(files.get(name)) : undefined);
  const release = read("release.json", readRelease);
  const note = read("release.note", readReleaseNote);
  const keys = read("keys.json", readKeys);
  const broken = Object.entries({ "release.json": release, "release.note": note, "keys.json": keys })
    .filter(([name, found]) => files.has(name) && found === undefined)
    .map(([name]) => name);
  const invalid = (...names) => ({ code: 1, files: names });
  if (!missing.length && !broken.length) {
    const wrong = checkSignature(files, release, note, keys);
    if (wrong.length) return invalid(...wrong);
  }
  const others = [...broken];
  if (release && (missing.length || !broken.length)) {
    for (const [name, hash] of Object.entries(release.files))
      if (!files.has(name)) missing.push(name);
      else if (digest(files.get(name)) !== hash) others.push(name);
    for (const name of files.keys())
      if (!(name in release.files) && !["release.json", "release.note"].includes(name)) others.push(name);
  }
  if (others.length) return invalid(...others, ...missing);
  if (missing.length) return { code: 2, files: missing };
  const key = signer(note, keys);
  if (trusted && !trusted.some((each) => each.bytes.equals(key.bytes))) return invalid("keys.json");

  const root = readCheckpoint(files, release, keys);
  if (!root) return invalid("checkpoint");
  const cosigned = readNote(Buffer.concat([files.get("checkpoint"), files.get("cosignatures")]));
  if (!cosigned) return invalid("cosignatures");
  const acts = readActs(files.get("acts.jsonl"), release);
  if (!acts) return invalid("acts.jsonl");
  const paths = readPaths(files.get("proofs.json"), release.size);
  if (paths?.length !== acts.length) return invalid("proofs.json");
  const isOfLog = (act, n) => isIncluded(sha256(Buffer.of(0), act.line), act.index - 1, release.size, paths[n], root);
  if (!acts.every(isOfLog)) return invalid("acts.jsonl");

  const edition = json(files.get("content.json"));
  if (!isObject(edition) || digest(files.get("content.json")) !== release.content) return invalid("content.json");
  try {
    const wrong = checkTexts(files, edition);
    if (wrong.length) return invalid(...wrong);
    if (!isManifest(release, edition)) return invalid("content.json");
    checkActs(release, edition, acts);
  } catch (error) {
    return invalid(error instanceof Misfit ? "acts.jsonl" : "content.json");
  }
  return { code: 0, files: [], witnesses: witnesses(cosigned, trusted ?? []) };
}

export const readTrusted = (source) =>
  source.split("\n").map((line) => line.trim()).filter((line) => line && !line.startsWith("#")).map(readKey);

function main(folder, trust) {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = new Map(
    paths.map((entry) => join(entry.path, entry.name)).map((path) => [relative(folder, path).replaceAll("\\", "/"), readFileSync(path)]),
  );
  const result = verify(files, trust && readTrusted(readFileSync(trust, "utf8")));
  console.log(result.code === 0 ? "valid" : `${result.code === 2 ? "incomplete" : "invalid"}: ${result.files.join(", ")}`);
  process.exitCode = result.code;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main(process.argv[2], process.argv[3]);
