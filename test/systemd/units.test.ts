import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { GATEWAY_FLAGS } from "../../deploy/node-flags.js"
import { EXIT } from "../../gateway/exit.ts"

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

describe("the systemd units", () => {
  it("are accepted by systemd", async function () {
    if (!existsSync(ANALYZE)) {
      console.log("      skipped: systemd-analyze is not there")
      return this.skip()
    }
    const folder = await mkdtemp(join(tmpdir(), "units-"))
    try {
      const files = ROLES.map((role) => join(folder, `dokuei-${role}.service`))
      for (const [index, role] of ROLES.entries())
        await writeFile(
          files[index]!,
          textOf(role).replace("/opt/dokuei/node_modules/.bin/node", process.execPath),
        )
      const { status, stderr } = spawnSync(ANALYZE, ["verify", "--man=no", ...files], { encoding: "utf8" })
      const ours = stderr.split("\n").filter((line) => line.includes("dokuei"))
      assert.deepEqual([status, ours], [0, []], stderr)
    } finally {
      await rm(folder, { recursive: true })
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
