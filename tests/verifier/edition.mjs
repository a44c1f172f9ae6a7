// Stage 4: whether the edition is what its words, its digests and the acts of the log say.
import { bytes, canonical, dictOf, digestOf, fits, isCount, isDigest, isText, must, oneOf, optional, readCanonical,
  sshSigner } from "./forms.mjs";
import { passkeyAgreed } from "./passkeys.mjs";

const KINDS = {
  consents: ["consent"],
  reserves: ["reservation"],
  ad_referendum: ["consent", "reservation"],
  stands_aside: ["stand_aside"],
};

const STATEMENT = { original: isText, texts: dictOf({ text: isText }) };
const original = (statement) => statement.texts[statement.original].text;
const isStatement = (value) => value === null || (fits(value, STATEMENT) && Object.hasOwn(value.texts, value.original));
const isYes = optional(oneOf(true));
const isFilled = optional((value) => isText(value) && value !== "");
const RUN = { text: isText, marks: { strong: isYes, em: isYes, link: isFilled }, note: isFilled };
const BLOCK = { id: isText, kind: isText, depth: Number.isSafeInteger, runs: [RUN] };
const CONTENT = {
  declaration: isText, n: isCount, manifest: isDigest, source_locale: isText, authentic_locales: [isText],
  networks: [{ slug: isText, name: isText }], manifest_signed_by: [isText], sections: [{
    id: isText, revision: { digest: isDigest }, texts: dictOf({ body: [BLOCK], digest: isDigest, status: isText }),
    positions: [{
      network: isText, status: oneOf(...Object.keys(KINDS)), at: isText, harms: isText, remedy: isText,
      statement: isStatement, offline_key: optional(isText), passkey: optional(isText),
    }],
  }],
};

export function readContent(found) {
  const data = found.files.get("content.json");
  must(digestOf(data) === found.release.content, "the content is not the release's");
  found.content = readCanonical(data, CONTENT);
}

// (a) Words

// White space as the canonical text knows it; another language's own list may be longer or shorter.
const BLANK = /^[\t-\r\x1c-\x20\x85\xa0\xad\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*$/;

export function canonicalText(body) {
  const named = body.flatMap((block) => block.runs).map((run) => run.note).filter((id) => id !== undefined);
  const footnotes = body.filter((block) => block.kind === "footnote").map((block) => block.id);
  const numbers = new Map([...new Set([...named, ...footnotes])].map((id, place) => [id, place + 1]));
  const filled = body.filter((block) => block.runs.some((run) => run.note !== undefined || !BLANK.test(run.text)));
  return canonical(filled.map(({ id, kind, depth, runs }) => ({
    kind,
    ...(["bullet", "ordered"].includes(kind) && { depth }),
    ...(kind === "footnote" && { note: numbers.get(id) }),
    runs: joined(runs, numbers).map((run) => ("text" in run ? { ...run, text: run.text.normalize("NFC") } : run)),
  })));
}

function joined(runs, numbers) {
  const found = [];
  for (const { text, marks: { strong, em, link }, note } of runs) {
    const run = note !== undefined ? { note: numbers.get(note) }
      : { text: text.replaceAll("\u00ad", ""), ...(strong && { strong }), ...(em && { em }), ...(link && { link }) };
    const former = found.at(-1);
    if (run.text && former && canonical({ ...former, text: "" }) === canonical({ ...run, text: "" })) former.text += run.text;
    else if (run.text !== "") found.push(run);
  }
  return found;
}

export function checkWords({ content, files }) {
  const faults = [];
  const left = new Set([...files.keys()].filter((name) => name.startsWith("text/")));
  for (const { id, texts } of content.sections) {
    for (const [locale, { body, digest, status }] of Object.entries(texts)) {
      const words = canonicalText(body);
      const isRight = digestOf("drafting text 1 unicode 14\n", words) === digest;
      if (!isRight) faults.push({ file: "content.json", reason: `the words of ${id} in ${locale} have another digest` });
      if (status === "source") continue;
      const file = `text/${locale}/${id}.json`;
      left.delete(file);
      if (!files.get(file)?.equals(bytes(words))) faults.push({ file, reason: "the text is not the edition's" });
    }
  }
  return [...faults, ...[...left].map((file) => ({ file, reason: "the edition has no such text" }))];
}

// (b) Digests

const sortedBy = (names, list) => list.sort((one, other) =>
  names.map((name) => Buffer.compare(bytes(one[name]), bytes(other[name]))).find((order) => order !== 0) ?? 0);

export function checkDigests({ content, release }) {
  for (const name of ["declaration", "n", "manifest"]) must(content[name] === release[name], `${name} is not the release's`);
  for (const { id, revision, texts } of content.sections) {
    const named = Object.fromEntries(content.authentic_locales.map((locale) => {
      must(Object.hasOwn(texts, locale), `${id} has no text in ${locale}`);
      return [locale, texts[locale].digest];
    }));
    const digest = digestOf("drafting revision 1\n", canonical({ section: id, texts: named }));
    must(digest === revision.digest, `the revision of ${id} is not that of its texts`);
  }
  const statements = content.sections.flatMap((section) => section.positions
    .filter(({ status, statement }) => ["reserves", "stands_aside"].includes(status) && statement)
    .map(({ network, statement }) => ({ section: section.id, network, digest: digestOf(original(statement)) })));
  const manifest = canonical({
    declaration: content.declaration,
    sections: content.sections.map(({ id, revision }) => ({ id, revision: revision.digest })),
    networks: sortedBy(["slug", "name"], content.networks.map(({ slug, name }) => ({ slug, name }))),
    statements: sortedBy(["section", "network", "digest"], statements),
  });
  must(digestOf("drafting manifest 1\n", manifest) === content.manifest, "the manifest is not the edition's");
}

// (c) Acts

const same = (said, wanted) => said !== undefined && canonical(said) === canonical(wanted);

export function checkActs({ content, release, acts, offline, passkeys }) {
  const { n, manifest, declaration, source_locale, authentic_locales } = content;
  /** The acts of a kind that say so, in their order. */
  const all = (kind, said = {}) => acts.filter((act) => act.kind === kind &&
    Object.entries(said).every(([name, wanted]) => Object.hasOwn(act.data, name) && same(act.data[name], wanted)));

  const [first] = all("person:declaration:create", { source_locale, authentic_locales });
  must(first?.index === 1, "the first entry is not the declaration's beginning");
  const [freeze, ...again] = all("person:edition:freeze", { n });
  must(freeze && !again.length && freeze.data.manifest === manifest, "the edition was not frozen once, as it is");
  const released = all("system:edition:release", { n, content: release.content });
  must(released.some((act) => act.index === release.index), "the entry of the release is another");
  const between = (act) => act.index > freeze.index && act.index < release.index;
  const asked = all("person:release:ask", { n, content: release.content }).filter(between);
  must(freeze.data.content === release.content || asked.length === 1, "nobody asked for this content");
  const approvals = all("person:edition:approve", { n }).filter(between);
  must(new Set(approvals.map((act) => act.actor)).size >= 2, "no two people approved the edition");
  must(!all("system:edition:void", { n }).length, "the edition was opened again");
  for (const { slug, name } of content.networks) {
    const [joined] = all("person:member:join", { network: slug, name });
    must(joined?.index < freeze.index, `${slug} did not join under this name`);
  }
  for (const network of content.manifest_signed_by) {
    must(all("person:manifest:sign", { network, digest: manifest }).length, `${network} did not sign the whole`);
  }
  for (const section of content.sections) {
    for (const position of section.positions) {
      const { network, offline_key, passkey } = position;
      const takes = all("person:position:take", { network }).filter((act) => act.index < freeze.index);
      const act = actOf(takes, section, position);
      must(act && isText(act.data.section) && isOf(act.data, section, position), `${network} took no such position on ${section.id}`);
      const more = (kind) => (isText(act.data.id) ? all(kind, { position: act.data.id }) : []);
      const keys = more("person:position:sign")
        .map(({ data }) => sshSigner(data.signature, statementToSign(declaration, act.data)));
      must(!offline_key || keys.includes(offline_key), `${network} signed ${section.id} with another key`);
      // The section that was signed: a stand-aside may be shown on another, which was split from it.
      if (keys.length) told(offline, { network, section: act.data.section, key: keys.at(-1) });
      const agreed = more("person:position:assert")
        .map(({ data }) => passkeyAgreed(data, statementToSign(declaration, act.data)));
      must(!passkey || agreed.some(({ key }) => key === passkey), `${network} agreed to ${section.id} with another passkey`);
      if (agreed.length) told(passkeys, { network, section: act.data.section, ...agreed.at(-1) });
    }
  }
}

function told(list, one) {
  if (!list.some((each) => canonical(each) === canonical(one))) list.push(one);
}

/** The last word of the network on the section; where it stands aside and said none, on what the section was split from. */
function actOf(takes, section, { status, at }) {
  const moment = at.replace(/\+00:00$/, "Z");
  const here = takes.filter((act) => act.data.section === section.id);
  if (!here.length && status === "stands_aside") return takes.filter((act) => act.at === moment).at(-1);
  return here.at(-1)?.at === moment ? here.at(-1) : undefined;
}

function isOf(data, section, { status, harms, remedy, statement }) {
  const said = statement && { locale: statement.original, text: original(statement) };
  const isSaid = said ? fits(data.statement, { locale: oneOf(said.locale), text: oneOf(said.text) }) : data.statement === null;
  const authority = status === "ad_referendum" ? "ad_referendum" : "mandated";
  const isBound = data.target_digest === section.revision.digest && data.authority === authority;
  return KINDS[status].includes(data.kind) && isSaid && (isBound || status === "stands_aside") &&
    data.harms === harms && data.remedy === remedy;
}

const SIGNED = ["authority", "harms", "id", "kind", "network", "read_digest", "read_locale", "remedy", "section",
  "statement", "target_digest", "until"];

function statementToSign(declaration, data) {
  must(SIGNED.every((name) => Object.hasOwn(data, name)), "a position that was signed lacks a field");
  const position = Object.fromEntries(SIGNED.map((name) => [name, data[name]]));
  return canonical({ declaration, format: "drafting position 1", position }) + "\n";
}
