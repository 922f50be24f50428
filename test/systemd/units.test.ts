import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { GATEWAY_FLAGS } from "../../deploy/node-flags.js"
import { EXIT } from "../../gateway/exit.ts"
import { readSite } from "../../gateway/site/read-site.ts"
import { rendered } from "../../gateway/site/rendered.ts"

const ROLES = ["edge", "center"] as const
const ANALYZE = "/usr/bin/systemd-analyze"
const textOf = (role: string): string =>
  readFileSync(join(import.meta.dirname, `../../systemd/dokuei-${role}.service`), "utf8")

/** `Section.Name` → values in order. */
function assignments(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>()
  let section = ""
  for (const line of text.split("\n")) {
    const [, heading] = /^\[(\w+)\]$/.exec(line) ?? []
    const [, name, value = ""] = /^(\w+)=(.*)$/.exec(line) ?? []
    assert.ok(line === "" || line.startsWith("#") || heading !== undefined || name !== undefined, line)
    section = heading ?? section
    if (name !== undefined)
      found.set(`${section}.${name}`, [...(found.get(`${section}.${name}`) ?? []), value])
  }
  return found
}

/** The worst rating a unit may have, as `systemd-analyze security --threshold` takes it. */
const WORST_TIMES_TEN = 20

/** A file that the example of a site prints. */
function ofSite(name: string): string {
  const read = readSite(
    readFileSync(join(import.meta.dirname, "../../deploy/site.example.yaml"), "utf8"),
    "2026-12-01",
  )
  if ("issues" in read) assert.fail(read.issues.map(({ path }) => path).join())
  return rendered(read.site).find(({ path }) => path.endsWith(name))?.text ?? assert.fail(`no ${name}`)
}

/** Drop-ins a site may have beside each unit: what the site file prints, and what docs/operation.md tells to add. */
function dropIns(): readonly string[] {
  const page = readFileSync(join(import.meta.dirname, "../../docs/operation.md"), "utf8")
  const told = [...page.matchAll(/^```ini\n(\[Service\]\n[^`]*)```$/gm)].map(([, text = ""]) => text)
  const printed = ofSite("10-site.conf")
  assert.ok(told.length > 1)
  return [...told, printed]
}

/** Both units in a folder of their own, and the network's, with programs that are there. */
async function withUnits(
  extra: () => readonly string[],
  use: (files: readonly string[]) => void,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "units-"))
  try {
    const network = ofSite("dokuei-network.service").replace(/^(ExecStart\w*)=.*$/gm, "$1=/bin/true")
    await writeFile(join(folder, "dokuei-network.service"), network)
    for (const role of ROLES) {
      const file = join(folder, `dokuei-${role}.service`)
      const text = textOf(role).replace("/opt/dokuei/node_modules/.bin/node", process.execPath)
      await writeFile(file, text)
      await mkdir(`${file}.d`)
      for (const [index, dropIn] of extra().entries())
        await writeFile(join(`${file}.d`, `${index}.conf`), dropIn)
    }
    use(ROLES.map((role) => join(folder, `dokuei-${role}.service`)))
  } finally {
    await rm(folder, { recursive: true })
  }
}

describe("the systemd units", () => {
  const needsAnalyze = (context: Mocha.Context): void => {
    if (existsSync(ANALYZE)) return
    console.log("      skipped: systemd-analyze is not there")
    context.skip()
  }
  const circumstances = [
    ["as they come", () => []],
    ["with the drop-ins of a site", dropIns],
  ] as const

  for (const [name, extra] of circumstances) {
    it(`are accepted by systemd, ${name}`, async function () {
      needsAnalyze(this)
      await withUnits(extra, (files) => {
        const { status, stderr } = spawnSync(ANALYZE, ["verify", "--man=no", ...files], { encoding: "utf8" })
        const ours = stderr.split("\n").filter((line) => line.includes("dokuei"))
        assert.deepEqual([status, ours], [0, []], stderr)
      })
    })

    it(`are rated ${WORST_TIMES_TEN / 10} or better by systemd, ${name}`, async function () {
      needsAnalyze(this)
      await withUnits(extra, (files) => {
        for (const file of files) {
          const { status, stdout } = spawnSync(
            ANALYZE,
            ["security", "--offline=yes", `--threshold=${WORST_TIMES_TEN}`, "--no-pager", file],
            { encoding: "utf8" },
          )
          assert.match(stdout, /Overall exposure level/)
          assert.equal(status, 0, stdout.trim().split("\n").at(-1))
        }
      })
    })
  }

  it("say of each line why it is there: a reason stands above it, and is good for no more than three", () => {
    for (const role of ROLES) {
      let lines = Number.POSITIVE_INFINITY
      for (const line of textOf(role).split("\n")) {
        if (line.startsWith("#")) lines = 0
        else if (line === "" || line.startsWith("[")) lines = Number.POSITIVE_INFINITY
        else assert.ok((lines += 1) <= 3, `${role}: ${line}`)
      }
    }
  })

  for (const role of ROLES) {
    describe(`of a role (${role})`, () => {
      const unit = assignments(textOf(role))
      const one = (name: string): string | undefined => unit.get(`Service.${name}`)?.join(" ")

      it("start the pinned Node with the role's own configuration and data", () => {
        assert.equal(
          one("ExecStart"),
          `/opt/dokuei/node_modules/.bin/node ${GATEWAY_FLAGS.join(" ")} /opt/dokuei/gateway/main.ts run /etc/dokuei/${role}.yaml`,
        )
        assert.equal(one("StateDirectory"), `dokuei-${role}`)
      })

      it("wait for READY, watch the event loop, and stop gracefully", () => {
        assert.deepEqual(
          [one("Type"), one("NotifyAccess"), one("WatchdogSec"), one("KillMode")],
          ["notify", "all", "30", "mixed"],
        )
      })

      it("do not start again what only a person can mend", () => {
        const { configuration, keys, audit, ledger, usage } = EXIT
        assert.equal(
          one("RestartPreventExitStatus"),
          [configuration, keys, audit, ledger, usage].map(({ code }) => code).join(" "),
        )
      })

      it("find the passphrase where the example configuration looks for it", () => {
        const example = readFileSync(join(import.meta.dirname, `../../deploy/${role}.example.yaml`), "utf8")
        const [name = ""] = one("LoadCredentialEncrypted")?.split(":") ?? []
        assert.ok(example.includes(`/run/credentials/dokuei-${role}.service/${name}`))
      })

      it("shut the gateway in, and leave Node its JIT", () => {
        for (const name of [
          "NoNewPrivileges",
          "ProtectHome",
          "PrivateTmp",
          "PrivateDevices",
          "RestrictNamespaces",
        ])
          assert.equal(one(name), "yes", name)
        assert.equal(one("ProtectSystem"), "strict")
        assert.equal(one("CapabilityBoundingSet"), "")
        assert.equal(one("MemoryDenyWriteExecute"), undefined)
      })

      it("keep compiled code in a folder that is the service's own", () => {
        assert.deepEqual(unit.get("Service.Environment"), [
          "NODE_ENV=production NODE_NO_WARNINGS=1",
          `NODE_COMPILE_CACHE=%C/dokuei-${role}`,
        ])
        assert.deepEqual([one("CacheDirectory"), one("CacheDirectoryMode")], [`dokuei-${role}`, "0700"])
      })

      it("keep clear data out of core dumps and swap", () => {
        assert.deepEqual([one("LimitCORE"), one("MemorySwapMax"), one("UMask")], ["0", "0", "0077"])
      })
    })
  }

  it("differ in nothing but the role", () => {
    const plain = (role: string): string =>
      [...assignments(textOf(role))]
        .filter(([name]) => name !== "Unit.Description")
        .map(([name, values]) => `${name}=${values.join(" ").replaceAll(role, "ROLE")}`)
        .join("\n")
    assert.equal(plain("edge"), plain("center"))
  })
})
