// Reads vectors, one a line, and writes what the verifier says to each.
import { createInterface } from "node:readline";
import { readTrusted, verify } from "./verify.mjs";

for await (const line of createInterface({ input: process.stdin })) {
  const { files, trusted } = JSON.parse(line);
  const bundle = new Map(Object.entries(files).map(([name, data]) => [name, Buffer.from(data, "base64")]));
  console.log(JSON.stringify(verify(bundle, trusted && readTrusted(trusted))));
}
