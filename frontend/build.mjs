// Builds what the site serves under /static/: scripts, styles and assets with the hash of their content in the name,
// manifest.json (logical name → file name) and sw.js. Usage: node build.mjs OUT [ASSETS]
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { basename, extname, join, relative, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"

const root = fileURLToPath(new URL(".", import.meta.url))
const out = resolve(process.argv[2] ?? join(root, "..", "drafting", "static"))
const assets = resolve(process.argv[3] ?? join(root, "..", "templates", "assets"))

const common = {
  bundle: true,
  minify: true,
  metafile: true,
  target: ["es2022", "chrome111", "firefox115", "safari16.4"],
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
  absWorkingDir: root,
}
const hashed = { entryNames: "[name]-[hash]", chunkNames: "[name]-[hash]", assetNames: "[name]-[hash]" }
const files = { ".woff2": "file", ".woff": "file", ".svg": "file", ".png": "file" }

function listed(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && !entry.name.startsWith("."))
    .map(entry => join(entry.parentPath ?? entry.path, entry.name))
    .sort()
}

rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
const manifest = {}

/** Notes the outputs of entry points (and of what they load later) under their logical names. */
function note(result, nameOf) {
  for (const [path, { entryPoint }] of Object.entries(result.metafile.outputs)) {
    const name = basename(path)
    if (entryPoint) manifest[nameOf(resolve(root, entryPoint))] = name
    else if (name.endsWith(".js")) manifest[`shared/${name}`] = name
  }
}
const scriptName = path => basename(path).replace(/\.ts$/, ".js")

const packages = new Set()
/** The packages whose code is in the outputs: their licences go along. */
function notePackages(result) {
  for (const path of Object.keys(result.metafile.inputs)) {
    const name = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]
    if (name) packages.add(name)
  }
  return result
}
function licences() {
  return [...packages].sort().map(name => {
    const folder = join(root, "node_modules", name)
    const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
    const file = readdirSync(folder).find(each => /^licen[sc]e/i.test(each))
    const text = file ? readFileSync(join(folder, file), "utf8").trim() : ""
    return `${name} ${version}, ${license}\n\n${text}\n`
  })
}

const own = { ...common, ...hashed, outdir: out, format: "esm" }
note(notePackages(await build({ ...own, entryPoints: ["src/editor.ts"], splitting: true })), scriptName)
note(await build({ ...own, entryPoints: ["src/live.ts", "src/passkeys.ts", "src/editor.css"], loader: files }), scriptName)

const found = listed(assets)
const styles = found.filter(path => extname(path) === ".css")
const assetName = path => relative(assets, path).replaceAll("\\", "/")
for (const path of styles) {
  note(await build({ ...own, entryPoints: [path], loader: files }), assetName)
}
for (const path of found.filter(path => extname(path) !== ".css")) {
  const bytes = readFileSync(path)
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 8).toUpperCase()
  const name = `${basename(path, extname(path))}-${hash}${extname(path)}`
  writeFileSync(join(out, name), bytes)
  manifest[assetName(path)] = name
}

const shell = readdirSync(out).filter(name => [".js", ".css"].includes(extname(name))).sort()
const shellName = createHash("sha256").update(shell.join("\n")).digest("hex").slice(0, 12)
await build({
  ...common,
  entryPoints: ["src/sw.ts"],
  outfile: join(out, "sw.js"),
  format: "iife",
  define: { SHELL: JSON.stringify(shell), SHELL_NAME: JSON.stringify(shellName) },
})
writeFileSync(join(out, "licences.txt"), licences().join(`\n${"-".repeat(80)}\n\n`))
writeFileSync(join(out, "messages.json"), readFileSync(join(root, "messages.json"))) // for the server, which translates them
manifest["sw.js"] = "sw.js"
manifest["licences.txt"] = "licences.txt"
writeFileSync(join(out, "manifest.json"), `${JSON.stringify(manifest, Object.keys(manifest).sort(), 2)}\n`)
