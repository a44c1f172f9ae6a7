// Reads vectors, one a line, and writes what the verifier says to each: bundles by their files, or archives.
import { createInterface } from "node:readline";
import { unpack } from "./forms.mjs";
import { readTrusted, verify } from "./verify.mjs";

function opened(archive) {
  try {
    return { files: [...unpack(Buffer.from(archive, "base64")).keys()] };
  } catch {
    return { code: 1 };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { files, trusted, archive } = JSON.parse(line);
  if (archive !== undefined) {
    console.log(JSON.stringify(opened(archive)));
    continue;
  }
  const bundle = new Map(Object.entries(files).map(([name, data]) => [name, Buffer.from(data, "base64")]));
  const { code, faults, missing, witnesses, offline, passkeys } = verify(bundle, trusted && readTrusted(trusted));
  const named = [...faults.map(({ file }) => file), ...missing];
  console.log(JSON.stringify({ code, files: named, ...(code === 0 && { witnesses, offline, passkeys }) }));
}
