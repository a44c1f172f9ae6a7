// A second verifier of bundles, written from docs/verification.md alone, with nothing of the program in it. Node 20, no
// packages.
//
//   node verify.mjs BUNDLE [KEYS.txt]     BUNDLE: a folder, or the archive as it came
//
// Exit 0: valid. 1: invalid; the files that are wrong are named. 2: incomplete, or nothing could be read.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { unpack } from "./archive.mjs";
import { checkEdition } from "./edition.mjs";
import { cosigners, dictOf, digestOf, exactly, isCount, isDigest, isIncluded, isName, isRecord, isText, leafHash, listOf, LOG,
  readCanonical, readCheckpoint, readKey, readNote, base64, bytes, signers, utf8 } from "./forms.mjs";

const LISTED = ["keys.json", "checkpoint", "cosignatures", "acts.jsonl", "proofs.json", "content.json"];

const must = (holds, reason) => {
  if (!holds) throw new Error(reason);
};

// Stage 1: signature

const isRelease = exactly({
  format: (value) => value === 2, origin: isName, declaration: isText, n: isCount, release: isCount, manifest: isDigest,
  content: isDigest, index: isCount, size: isCount, files: dictOf(isDigest),
});

function readRelease(data) {
  const release = readCanonical(data);
  must(isRelease(release) && release.index <= release.size, "a field is missing, wrong or one too many");
  const isListed = (name) => Object.hasOwn(release.files, name);
  must(LISTED.every(isListed), "a file that every bundle has is not listed");
  must(!isListed("release.json") && !isListed("release.note"), "it lists itself or its note");
  return release;
}

function readReleaseNote(data) {
  const note = readNote(data);
  const [title, origin, digest, ...rest] = note.body.split("\n");
  must(title === "drafting release 1" && isDigest(digest) && rest.length === 1, "the note is of another form");
  return { note, origin, digest };
}

function readKeys(data) {
  const value = readCanonical(data);
  must(exactly({ format: (format) => format === 1, keys: listOf(isText) })(value), "the keys are of another form");
  return value.keys.map(readKey);
}

function checkSignature(files, found) {
  const faults = [];
  const read = (file, reader) => {
    if (!files.has(file)) return void found.missing.push(file);
    try {
      return reader(files.get(file));
    } catch (error) {
      faults.push({ file, reason: error.message });
    }
  };
  found.release = read("release.json", readRelease);
  const said = read("release.note", readReleaseNote);
  found.keys = read("keys.json", readKeys);
  if (faults.length || found.missing.length) return faults;
  const fits = said.digest === digestOf(files.get("release.json"));
  found.signers = signers(said.note, found.keys, said.origin);
  if (found.signers.length === 0) {
    const isOtherKey = fits && found.release.files["keys.json"] !== digestOf(files.get("keys.json"));
    return [{ file: isOtherKey ? "keys.json" : "release.note", reason: "no key of the log has signed the note" }];
  }
  return fits && said.origin === found.release.origin ? [] : [{ file: "release.json", reason: "another release was signed" }];
}

// Stage 2: files

function checkFiles(files, found, trusted) {
  if (!found.release) return [];
  const faults = [];
  for (const [file, digest] of Object.entries(found.release.files)) {
    if (files.has(file)) {
      if (digestOf(files.get(file)) !== digest) faults.push({ file, reason: "the file was changed" });
    } else if (!found.missing.includes(file)) found.missing.push(file);
  }
  const known = new Set([...Object.keys(found.release.files), "release.json", "release.note"]);
  for (const file of files.keys()) if (!known.has(file)) faults.push({ file, reason: "the release lists no such file" });
  if (faults.length || found.missing.length || !trusted) return faults;
  const logs = trusted.filter((key) => key.type === LOG);
  const isTrusted = found.signers.some((key) => logs.some((each) => each.publicKey.equals(key.publicKey)));
  return isTrusted ? [] : [{ file: "keys.json", reason: "no key that you trust has signed" }];
}

// Stage 3: the log

const isAct = exactly({
  actor: isText, at: isText, channel: isText, data: isRecord, index: isCount, kind: isText, stream: isText,
});

function readActs(data, release) {
  const lines = utf8(data).split("\n");
  must(lines.pop() === "", "the last line has no end");
  let former = 0;
  return lines.map((line) => {
    const act = readCanonical(bytes(line));
    must(isAct(act) && act.stream === release.declaration, "a line is no entry of the declaration");
    must(act.index > former && act.index <= release.size, "the indices do not rise, or go beyond the log");
    former = act.index;
    return { ...act, leaf: leafHash(line) };
  });
}

function readPaths(data, release, count) {
  const proofs = readCanonical(data);
  must(exactly({ size: isCount, paths: listOf(listOf(isText)) })(proofs), "the proofs are of another form");
  must(proofs.size === release.size && proofs.paths.length === count, "the proofs are not those of the acts");
  const paths = proofs.paths.map((path) => path.map(base64));
  must(paths.flat().every((hash) => hash.length === 32), "a hash has not 32 bytes");
  return paths;
}

function checkLog(files, found, trusted) {
  const { release, keys } = found;
  let file;
  const open = (name) => files.get((file = name));
  try {
    const checkpoint = readCheckpoint(open("checkpoint"));
    must(checkpoint.origin === release.origin && checkpoint.size === release.size, "it is not that of the release");
    must(signers(checkpoint.note, keys, release.origin).length, "no key of the log has signed it");
    const cosigned = readNote(Buffer.concat([files.get("checkpoint"), open("cosignatures")]));
    found.witnesses = cosigners(cosigned, trusted ?? []).map((key) => key.name);
    found.acts = readActs(open("acts.jsonl"), release);
    const paths = readPaths(open("proofs.json"), release, found.acts.length);
    file = "acts.jsonl";
    found.acts.forEach((act, place) => {
      const isOfLog = isIncluded(act.index, release.size, act.leaf, paths[place], checkpoint.root);
      must(isOfLog, `entry ${act.index} is not in the log`);
    });
  } catch (error) {
    return [{ file, reason: error.message }];
  }
  return [];
}

// Stage 4: the edition

function checkContent(files, found) {
  const { faults, offline } = checkEdition(files, found.release, found.acts);
  found.offline = offline;
  return faults;
}

// All of it

/**
 * @param {Map<string, Buffer>} files
 * @param trusted keys as `readTrusted` gives them, or nothing
 * @returns {{code: number, faults: {file: string, reason: string}[], missing: string[]}} and what was found
 */
export function verify(files, trusted) {
  const found = { missing: [], witnesses: [], offline: [] };
  for (const stage of [checkSignature, checkFiles, checkLog, checkContent]) {
    const faults = stage(files, found, trusted);
    // Where one of the three signed files is missing, the second stage still tells what else is wrong.
    if (stage === checkSignature && faults.length === 0 && found.missing.length) continue;
    if (faults.length) return { code: 1, faults, ...found };
    if (found.missing.length) return { code: 2, faults, ...found };
  }
  return { code: 0, faults: [], ...found };
}

export const readTrusted = (source) => source.split("\n").map((line) => line.trim())
  .filter((line) => line && !line.startsWith("#")).map(readKey);

function readFolder(folder, before = "") {
  return readdirSync(join(folder, before), { withFileTypes: true }).flatMap((entry) => {
    const name = before + entry.name;
    if (entry.isDirectory()) return readFolder(folder, name + "/");
    const isRead = !entry.name.startsWith(".") && statSync(join(folder, name)).isFile();
    return isRead ? [[name, readFileSync(join(folder, name))]] : [];
  });
}

function readBundle(path) {
  if (statSync(path).isDirectory()) return new Map(readFolder(path));
  const archive = readFileSync(path);
  try {
    return unpack(archive);
  } catch {
    console.log(`invalid: ${path}: the archive is not as it was made; unpack it, and check the folder`);
    process.exit(1);
  }
}

function main(path, trust) {
  const files = readBundle(path);
  const found = verify(files, trust && readTrusted(readFileSync(trust, "utf8")));
  for (const { file, reason } of found.faults) console.log(`invalid: ${file}: ${reason}`);
  for (const file of found.missing) console.log(`missing: ${file}`);
  if (found.code === 0) console.log("valid");
  for (const { network, section, key } of found.offline) console.log(`signed by its own key: ${network} on ${section}: ${key}`);
  for (const name of found.witnesses) console.log(`witnessed: ${name}`);
  process.exitCode = found.code;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    main(process.argv[2], process.argv[3]);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 2;
  }
}
