// Bundles tests with esbuild and runs them with node's test runner: `node run-tests.mjs [--long] [name]`.
// `--run NAME` runs tests/NAME.ts as a program instead.
import { spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"

const root = fileURLToPath(new URL(".", import.meta.url))
const isLong = process.argv.includes("--long")
const isProgram = process.argv.includes("--run")
const [only] = process.argv.slice(2).filter(word => !word.startsWith("-"))
const names = isProgram
  ? [`${only}.ts`]
  : readdirSync(join(root, "tests")).filter(name => name.endsWith(".test.ts") && (!only || name.includes(only)))

const out = mkdtempSync(join(root, "node_modules", ".tests-")) // beside the packages that the bundles import
try {
  await build({
    entryPoints: names.map(name => join(root, "tests", name)),
    outdir: out,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    packages: "external",
    sourcemap: "inline",
    logLevel: "warning",
  })
  const files = names.map(name => join(out, name.replace(/\.ts$/, ".mjs")))
  const run = spawnSync(process.execPath, ["--enable-source-maps", ...(isProgram ? [] : ["--test"]), ...files], {
    stdio: "inherit",
    timeout: isLong ? 30 * 60_000 : 5 * 60_000,
    env: { ...process.env, ...(isLong ? { FUZZ: "long" } : {}) },
  })
  process.exitCode = run.status ?? 1
} finally {
  rmSync(out, { recursive: true, force: true })
}
