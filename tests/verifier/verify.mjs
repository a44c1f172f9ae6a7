// A second verifier of bundles, written from docs/verification.md alone, with nothing of the program in it. It needs Node
// 20.15 or newer, and no packages: who trusts nobody reads these three files.
//
//   node verify.mjs BUNDLE [KEYS.txt]     BUNDLE: a folder, or the archive as it came
//
// Exit 0: valid. 1: invalid; the files that are wrong are named. 2: incomplete, or nothing could be read.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { checkActs, checkDigests, checkWords, readContent } from "./edition.mjs";
import { base64, bytes, cosigners, dictOf, digestOf, exactly, isCount, isDigest, isIncluded, isName, isText, leafHash, LOG,
  must, oneOf, readCanonical, readCheckpoint, readKey, readNote, signers, unpack, utf8 } from "./forms.mjs";

const SIGNED = ["release.json", "release.note", "keys.json"];
const LISTED = ["keys.json", "checkpoint", "cosignatures", "acts.jsonl", "proofs.json", "content.json"];
const RELEASE = exactly({
  format: oneOf(2), origin: isName, declaration: isText, n: isCount, release: isCount, manifest: isDigest,
  content: isDigest, index: isCount, size: isCount, files: dictOf(isDigest),
});
const KEYS = exactly({ format: oneOf(1), keys: [isText] });
const ACT = exactly({
  actor: isText, at: isText, channel: isText, data: dictOf(() => true), index: isCount, kind: isText, stream: isText,
});
const PROOFS = exactly({ size: isCount, paths: [[isText]] });

// Stage 1: signature

const READERS = {
  "release.json"(data, found) {
    const release = readCanonical(data, RELEASE);
    must(release.index <= release.size, "the index is beyond the log");
    must(LISTED.every((name) => Object.hasOwn(release.files, name)), "a file that every bundle has is not listed");
    must(!["release.json", "release.note"].some((name) => Object.hasOwn(release.files, name)), "it lists itself or its note");
    found.release = release;
  },
  "release.note"(data, found) {
    const note = readNote(data);
    const [title, origin, digest, ...rest] = note.body.split("\n");
    must(title === "drafting release 1" && isDigest(digest) && rest.length === 1, "the note is of another form");
    found.said = { note, origin, digest };
  },
  "keys.json"(data, found) {
    found.keys = readCanonical(data, KEYS).keys.map(readKey);
  },
};

function readSigned(found) {
  found.missing = SIGNED.filter((file) => !found.files.has(file));
  const there = SIGNED.filter((file) => found.files.has(file));
  return there.flatMap((file) => faultsOf(file, () => READERS[file](found.files.get(file), found)));
}

function checkSignature(found) {
  if (found.missing.length) return [];
  const { files, release, said, keys } = found;
  const fits = said.digest === digestOf(files.get("release.json"));
  found.signers = signers(said.note, keys, said.origin);
  if (!found.signers.length) {
    const isOtherKey = fits && release.files["keys.json"] !== digestOf(files.get("keys.json"));
    return [{ file: isOtherKey ? "keys.json" : "release.note", reason: "no key of the log has signed the note" }];
  }
  return fits && said.origin === release.origin ? [] : [{ file: "release.json", reason: "another release was signed" }];
}

// Stage 2: files

function checkFiles({ files, release, missing }) {
  if (!release) return [];
  const listed = Object.entries(release.files);
  const named = new Set(missing);
  for (const [file] of listed) if (!files.has(file) && !named.has(file)) missing.push(file);
  const changed = listed.filter(([file, digest]) => files.has(file) && digestOf(files.get(file)) !== digest);
  const known = new Set([...Object.keys(release.files), ...SIGNED]);
  const more = [...files.keys()].filter((file) => !known.has(file));
  return [
    ...changed.map(([file]) => ({ file, reason: "the file was changed" })),
    ...more.map((file) => ({ file, reason: "the release lists no such file" })),
  ];
}

function checkTrust({ trusted, signers }) {
  const isTrusted = (key) => trusted.some((each) => each.type === LOG && each.publicKey.equals(key.publicKey));
  must(!trusted || signers.some(isTrusted), "no key that you trust has signed");
}

// Stage 3: the log

function checkCheckpoint(found) {
  const { files, release, keys } = found;
  const { note, origin, size, root } = readCheckpoint(files.get("checkpoint"));
  must(origin === release.origin && size === release.size, "the checkpoint is not that of the release");
  must(signers(note, keys, origin).length, "no key of the log has signed the checkpoint");
  found.root = root;
}

function checkCosignatures(found) {
  const note = readNote(Buffer.concat([found.files.get("checkpoint"), found.files.get("cosignatures")]));
  found.witnesses = cosigners(note, found.trusted ?? []).map((key) => key.name);
}

function readActs(found) {
  const { files, release } = found;
  const lines = utf8(files.get("acts.jsonl")).split("\n");
  must(lines.pop() === "", "the last line has no end");
  let former = 0;
  found.acts = lines.map((line) => {
    const act = readCanonical(bytes(line), ACT);
    must(act.stream === release.declaration, "a line is no entry of the declaration");
    must(act.index > former && act.index <= release.size, "the indices do not rise, or go beyond the log");
    former = act.index;
    return { ...act, leaf: leafHash(line) };
  });
}

function readProofs(found) {
  const { size, paths } = readCanonical(found.files.get("proofs.json"), PROOFS);
  must(size === found.release.size && paths.length === found.acts.length, "the proofs are not those of the acts");
  found.paths = paths.map((path) => path.map(base64));
  must(found.paths.flat().every((hash) => hash.length === 32), "a hash has not 32 bytes");
}

function checkInclusion({ acts, paths, release, root }) {
  acts.forEach(({ index, leaf }, place) =>
    must(isIncluded(index, release.size, leaf, paths[place], root), `entry ${index} is not in the log`));
}

// All of it

/** Each step with the file that is at fault where it throws; a step that speaks of more files gives its faults. */
const STEPS = [
  ["", readSigned], ["", checkSignature], ["", checkFiles], ["keys.json", checkTrust],
  ["checkpoint", checkCheckpoint], ["cosignatures", checkCosignatures], ["acts.jsonl", readActs],
  ["proofs.json", readProofs], ["acts.jsonl", checkInclusion],
  ["content.json", readContent], ["", checkWords], ["content.json", checkDigests], ["acts.jsonl", checkActs],
];

function faultsOf(file, step) {
  try {
    return step() ?? [];
  } catch (error) {
    return [{ file, reason: error.message }];
  }
}

/**
 * @param {Map<string, Buffer>} files
 * @param trusted keys as `readTrusted` gives them, or nothing
 * @returns {{code: number, faults: {file: string, reason: string}[], missing: string[]}} and what was found
 */
export function verify(files, trusted) {
  const found = { files, trusted, missing: [], witnesses: [], offline: [], passkeys: [] };
  for (const [file, step] of STEPS) {
    const faults = faultsOf(file, () => step(found));
    if (faults.length) return { ...found, code: 1, faults };
    if (step === checkFiles && found.missing.length) return { ...found, code: 2, faults };
  }
  return { ...found, code: 0, faults: [] };
}

export const readTrusted = (source) => source.split("\n").map((line) => line.trim())
  .filter((line) => line && !line.startsWith("#")).map(readKey);

// The command

function readFolder(folder, before = "") {
  return readdirSync(join(folder, before), { withFileTypes: true }).flatMap((entry) => {
    const name = before + entry.name;
    if (entry.isDirectory()) return readFolder(folder, name + "/");
    if (entry.isSymbolicLink() && !statSync(join(folder, name), { throwIfNoEntry: false })) return []; // leads nowhere
    const isRead = !entry.name.startsWith(".") && statSync(join(folder, name)).isFile();
    return isRead ? [[name, readFileSync(join(folder, name))]] : [];
  });
}

function check(path, trusted) {
  if (statSync(path).isDirectory()) return verify(new Map(readFolder(path)), trusted);
  const archive = readFileSync(path);
  let files;
  const faults = faultsOf(path, () => void (files = unpack(archive)));
  return files ? verify(files, trusted) : { code: 1, faults, missing: [], witnesses: [], offline: [], passkeys: [] };
}

/** What a stranger wrote has nothing in it that a terminal would obey. */
const say = (line) => console.log(line.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (c) => `\\u{${c.codePointAt(0).toString(16)}}`));

function main(path, keys) {
  const { code, faults, missing, offline, passkeys, witnesses } =
    check(path, keys && readTrusted(readFileSync(keys, "utf8")));
  for (const { file, reason } of faults) say(`invalid: ${file}: ${reason}`);
  for (const file of missing) say(`missing: ${file}`);
  if (code === 0) say("valid");
  for (const { network, section, key } of offline) say(`signed by its own key: ${network} on ${section}: ${key}`);
  for (const { network, section, key, origin } of passkeys) {
    say(`agreed to with a passkey: ${network} on ${section}, asked by ${origin}: ${key}`);
  }
  for (const name of witnesses) say(`witnessed: ${name}`);
  process.exitCode = code;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    main(process.argv[2], process.argv[3]);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 2;
  }
}
