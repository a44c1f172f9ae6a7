// Bundles tests/*.test.ts with esbuild and runs them with node's test runner. `--long` is for the fuzzing run.
import { spawnSync } from "node:child_process"
import { readdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"

const root = fileURLToPath(new URL(".", import.meta.url))
const out = join(root, "node_modules", ".cache", "tests")
const [only] = process.argv.slice(2).filter(word => !word.startsWith("-"))
const tests = readdirSync(join(root, "tests")).filter(name => name.endsWith(".test.ts") && (!only || name.includes(only)))

rmSync(out, { recursive: true, force: true })
await build({
  entryPoints: tests.map(name => join(root, "tests", name)),
  outdir: out,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  splitting: true, // one copy of yjs and prosemirror for each test file's graph
  platform: "node",
  target: "node20",
  format: "esm",
  packages: "external",
  sourcemap: "inline",
  logLevel: "warning",
})
const files = tests.map(name => join(out, name.replace(/\.ts$/, ".mjs")))
const run = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...files], {
  stdio: "inherit",
  timeout: process.argv.includes("--long") ? 30 * 60_000 : 5 * 60_000,
  env: { ...process.env, ...(process.argv.includes("--long") ? { FUZZ: "long" } : {}) },
})
process.exit(run.status ?? 1)
