// Stage 4: whether the edition is what its words, its digests and the acts of the log say. See docs/verification.md.
import { bytes, canonical, dictOf, digestOf, isCount, isDigest, isRecord, isText, listOf, optional, readCanonical, record,
  same } from "./forms.mjs";
import { sshSigner } from "./sshsig.mjs";

const KINDS = {
  consents: ["consent"],
  reserves: ["reservation"],
  ad_referendum: ["consent", "reservation"],
  stands_aside: ["stand_aside"],
};
const SIGNED = ["authority", "harms", "id", "kind", "network", "read_digest", "read_locale", "remedy", "section",
  "statement", "target_digest", "until"];

// What a content is

const isYes = (value) => value === true;
const isFilled = (value) => isText(value) && value !== "";
const isRun = record({
  text: isText,
  marks: record({ strong: optional(isYes), em: optional(isYes), link: optional(isFilled) }),
  note: optional(isFilled),
});
const isBlock = record({ id: isText, kind: isText, depth: Number.isSafeInteger, runs: listOf(isRun) });
const isStatement = (value) => record({ original: isText, texts: dictOf(record({ text: isText })) })(value) &&
  Object.hasOwn(value.texts, value.original);
const isPosition = record({
  network: isText,
  status: (value) => isText(value) && Object.hasOwn(KINDS, value),
  at: isText,
  harms: isText,
  remedy: isText,
  statement: (value) => value === null || isStatement(value),
  offline_key: optional(isText),
});
const isSection = record({
  id: isText,
  revision: record({ digest: isDigest }),
  texts: dictOf(record({ body: listOf(isBlock), digest: isDigest, status: isText })),
  positions: listOf(isPosition),
});
const isContent = record({
  declaration: isText,
  n: isCount,
  manifest: isDigest,
  source_locale: isText,
  authentic_locales: listOf(isText),
  networks: listOf(record({ slug: isText, name: isText })),
  manifest_signed_by: listOf(isText),
  sections: listOf(isSection),
});

const original = (statement) => statement.texts[statement.original].text;

/** The faults of the first step that has one, and who signed a position with a key of its own. */
export function checkEdition(files, release, acts) {
  const data = files.get("content.json");
  let content;
  try {
    content = readCanonical(data);
    if (!isContent(content) || digestOf(data) !== release.content) throw new Error("the content is not the release's");
  } catch (error) {
    return { faults: [{ file: "content.json", reason: error.message }], offline: [] };
  }
  const offline = [];
  for (const step of [checkWords, checkDigests, checkActs]) {
    const faults = step(content, { files, release, acts, offline });
    if (faults.length) return { faults, offline };
  }
  return { faults: [], offline };
}

// (a) Words

// White space as the canonical text knows it; another language's own list may be longer or shorter.
const BLANK = /^[\t-\r\x1c-\x20\x85\xa0\xad\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*$/;

export function canonicalText(body) {
  const named = body.flatMap((block) => block.runs).map((run) => run.note).filter((id) => id !== undefined);
  const footnotes = body.filter((block) => block.kind === "footnote").map((block) => block.id);
  const numbers = new Map([...new Set([...named, ...footnotes])].map((id, place) => [id, place + 1]));
  const filled = body.filter((block) => block.runs.some((run) => run.note !== undefined || !BLANK.test(run.text)));
  return canonical(filled.map((block) => ({
    kind: block.kind,
    ...(["bullet", "ordered"].includes(block.kind) && { depth: block.depth }),
    ...(block.kind === "footnote" && { note: numbers.get(block.id) }),
    runs: canonicalRuns(block.runs, numbers),
  })));
}

function canonicalRuns(runs, numbers) {
  const joined = [];
  for (const run of runs) {
    if (run.note !== undefined) {
      joined.push({ note: numbers.get(run.note) });
      continue;
    }
    const text = run.text.replaceAll("\u00ad", "");
    if (text === "") continue;
    const { strong, em, link } = run.marks;
    const marks = { ...(strong && { strong }), ...(em && { em }), ...(link && { link }) };
    const former = joined.at(-1);
    if (former?.marks && same(former.marks, marks)) former.text += text;
    else joined.push({ text, marks });
  }
  return joined.map((run) => (run.marks ? { text: run.text.normalize("NFC"), ...run.marks } : run));
}

function checkWords(content, { files }) {
  const faults = [];
  const expected = new Set();
  for (const section of content.sections) {
    for (const [locale, text] of Object.entries(section.texts)) {
      const words = canonicalText(text.body);
      if (digestOf("drafting text 1 unicode 14\n", words) !== text.digest) {
        faults.push({ file: "content.json", reason: `the words of ${section.id} in ${locale} do not give their digest` });
      }
      if (text.status === "source") continue;
      const file = `text/${locale}/${section.id}.json`;
      expected.add(file);
      if (!files.get(file)?.equals(bytes(words))) faults.push({ file, reason: "the text is not the edition's" });
    }
  }
  const others = [...files.keys()].filter((name) => name.startsWith("text/") && !expected.has(name));
  return [...faults, ...others.map((file) => ({ file, reason: "the edition has no such text" }))];
}

// (b) Digests

const byUtf8 = (...names) => (one, other) =>
  names.map((name) => Buffer.compare(bytes(one[name]), bytes(other[name]))).find((order) => order !== 0) ?? 0;

function checkDigests(content, { release }) {
  const faults = [];
  const check = (holds, reason) => holds || faults.push({ file: "content.json", reason });
  for (const name of ["declaration", "n", "manifest"]) check(content[name] === release[name], `${name} is not the release's`);
  for (const { id, revision, texts } of content.sections) {
    const named = Object.fromEntries(content.authentic_locales.map((locale) => [locale, texts[locale]?.digest ?? null]));
    const digest = digestOf("drafting revision 1\n", canonical({ section: id, texts: named }));
    check(digest === revision.digest, `the revision of ${id} is not that of its texts`);
  }
  const statements = content.sections.flatMap((section) => section.positions
    .filter((position) => ["reserves", "stands_aside"].includes(position.status) && position.statement)
    .map(({ network, statement }) => ({ section: section.id, network, digest: digestOf(original(statement)) })));
  const manifest = {
    declaration: content.declaration,
    sections: content.sections.map(({ id, revision }) => ({ id, revision: revision.digest })),
    networks: content.networks.map(({ slug, name }) => ({ slug, name })).sort(byUtf8("slug", "name")),
    statements: statements.sort(byUtf8("section", "network", "digest")),
  };
  check(digestOf("drafting manifest 1\n", canonical(manifest)) === content.manifest, "the manifest is not the edition's");
  return faults;
}

// (c) Acts

function checkActs(content, { release, acts, offline }) {
  const faults = [];
  const check = (holds, reason) => Boolean(holds) || (faults.push({ file: "acts.jsonl", reason }), false);
  const all = (kind, fields = {}) => acts.filter((act) => act.kind === kind &&
    Object.entries(fields).every(([name, value]) => Object.hasOwn(act.data, name) && act.data[name] === value));
  const { n, manifest } = content;

  const first = all("person:declaration:create").find((act) => act.index === 1);
  check(first && same(first.data.source_locale, content.source_locale) &&
    same(first.data.authentic_locales, content.authentic_locales), "the first entry is not the declaration's beginning");
  const freezes = all("person:edition:freeze", { n });
  const [freeze] = freezes;
  if (!check(freezes.length === 1 && freeze.data.manifest === manifest, "the edition was not frozen once, as it is")) return faults;
  const released = all("system:edition:release", { n, content: release.content }).find((act) => act.index === release.index);
  check(released, "the entry of the release is another");
  const between = (act) => act.index > freeze.index && act.index < release.index;
  const asked = all("person:release:ask", { n, content: release.content }).filter(between);
  check(freeze.data.content === release.content || asked.length === 1, "nobody asked for this content");
  const approvals = all("person:edition:approve", { n }).filter(between);
  check(new Set(approvals.map((act) => act.actor)).size >= 2, "no two people approved the edition");
  check(all("system:edition:void", { n }).length === 0, "the edition was opened again");
  for (const { slug, name } of content.networks) {
    const joined = all("person:member:join", { network: slug, name }).some((act) => act.index < freeze.index);
    check(joined, `${slug} did not join under this name`);
  }
  for (const network of content.manifest_signed_by) {
    check(all("person:manifest:sign", { network, digest: manifest }).length, `${network} did not sign the whole`);
  }
  for (const section of content.sections) {
    for (const position of section.positions) {
      const takes = all("person:position:take", { network: position.network }).filter((act) => act.index < freeze.index);
      const act = actOf(takes, section, position);
      if (!check(act && isOf(act.data, section, position), `${position.network} took no such position on ${section.id}`)) continue;
      try {
        const signed = isText(act.data.id) ? all("person:position:sign", { position: act.data.id }) : [];
        const keys = signed.map(({ data }) => sshSigner(data.signature, statementToSign(content.declaration, act.data)));
        check(!position.offline_key || keys.includes(position.offline_key), `${position.network} signed with another key`);
        if (keys.length) offline.push({ network: position.network, section: section.id, key: keys.at(-1) });
      } catch (error) {
        check(false, `${position.network} on ${section.id}: ${error.message}`);
      }
    }
  }
  return faults;
}

/** The last word of the network on the section; where it stands aside and said none, on what the section was split from. */
function actOf(takes, section, position) {
  const at = position.at.replace(/\+00:00$/, "Z");
  const here = takes.filter((act) => act.data.section === section.id);
  if (here.length || position.status !== "stands_aside") return here.at(-1)?.at === at ? here.at(-1) : undefined;
  return takes.filter((act) => act.at === at).at(-1);
}

function isOf(data, section, { status, harms, remedy, statement }) {
  const said = statement === null ? data.statement === null
    : isRecord(data.statement) && data.statement.locale === statement.original && data.statement.text === original(statement);
  const authority = status === "ad_referendum" ? "ad_referendum" : "mandated";
  const bound = status === "stands_aside" || (data.target_digest === section.revision.digest && data.authority === authority);
  return KINDS[status].includes(data.kind) && said && bound && data.harms === harms && data.remedy === remedy;
}

function statementToSign(declaration, data) {
  if (!SIGNED.every((name) => Object.hasOwn(data, name))) throw new Error("the position lacks a field");
  const position = Object.fromEntries(SIGNED.map((name) => [name, data[name]]));
  return canonical({ declaration, format: "drafting position 1", position }) + "\n";
}
