import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { readFile, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { systemChance } from "../../gateway/clock.ts"
import { pkiDemo } from "../../gateway/commands/pki.ts"
import { loadConfig } from "../../gateway/config/load.ts"
import type { Config } from "../../gateway/config/schema.ts"
import { keepAccounts } from "../../gateway/foundation/accountability.ts"
import { event } from "../../gateway/journey/audit.ts"
import { SpoolError } from "../../gateway/journey/errors.ts"
import type { AuditEvent } from "../../gateway/journey/ports/audit.ts"
import type { EndedSession } from "../../gateway/journey/ports/person.ts"
import type { Rot } from "../../gateway/storage/spool/findings.ts"
import { leaveNote } from "../../gateway/storage/trail/used-notes.ts"

describe("the accounts beside the steps", () => {
  let folder: string
  let config: Config
  let told: AuditEvent[]
  let ended: EndedSession[] = []
  let untold: { key: string; event: AuditEvent }[] = []
  const forgotten: string[] = []
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "accounts-"))
    await pkiDemo(join(folder, "pki"), { pin: "1234", now: new Date(), chance: systemChance })
    const example = join(import.meta.dirname, "../../deploy/edge.example.yaml")
    const text = await readFile(example, "utf8")
    await writeFile(join(folder, "edge.yaml"), text)
    const read = loadConfig(join(folder, "edge.yaml"), "unseen")
    const pki = (name: string): string => join(folder, "pki", name)
    const own = (use: string) => ({ key: pki(`edge/${use}.key.pem`), chain: pki(`edge/${use}.chain.pem`) })
    config = {
      ...read,
      dataDir: folder,
      keys: { ...read.keys, seal: own("seal"), object: own("object"), tls: own("tls") },
      trust: {
        ...read.trust,
        tlsCa: pki("trust/tls-ca.pem"),
        sealCa: pki("trust/seal-ca.pem"),
        hpkiRoots: pki("trust/hpki-root.pem"),
        tsaRoots: pki("trust/tsa-root.pem"),
      },
      agreements: read.agreements.map((each) => ({
        ...each,
        objectCertificate: pki("center/object.chain.pem"),
      })),
    }
  })
  after(() => rmSync(folder, { recursive: true }))
  beforeEach(() => (told = []))

  /** One start: what it tells before it is up. */
  async function start(over: Partial<Config> = {}, rot: readonly Rot[] = []): Promise<string[]> {
    told = []
    const stop = await keepAccounts({
      config: { ...config, ...over } as Config,
      trail: {
        record: (rows) => {
          told.push(...rows.map((row) => row.event))
          return Promise.resolve()
        },
      },
      spool: { rot },
      people: {
        endedSessions: () => Promise.resolve(ended),
        forgetSession: (key) => {
          forgotten.push(key)
          return Promise.resolve()
        },
        untold: () => Promise.resolve(untold),
        told: (key) => {
          untold = untold.filter((each) => each.key !== key)
          return Promise.resolve()
        },
      },
      log: () => undefined,
    })
    stop()
    return told.map(({ event, description }) => `${event}: ${description ?? ""}`)
  }

  it("tell of the configuration at the first start, and of no other while it stays the same", async () => {
    assert.deepEqual(await start(), ["configuration: first start"])
    assert.deepEqual(await start(), [])
  })

  it("name the sections that changed since the last start, not what stands in them", async () => {
    await start()
    const site = { ...config.site, name: "別の病院" }
    assert.deepEqual(await start({ site }), ["configuration: changed since the last start: site"])
    assert.deepEqual(await start({ site }), [])
    await start()
  })

  it("take in the record of a joining once, each line at its own time, and nothing that is none", async () => {
    const joining = join(folder, "joining.log")
    const line = { at: "2026-04-01T00:00:00.000Z", user: "root", partner: "203.0.113.20:8444" }
    const lines = [
      { ...line, what: "asked", detail: "four keys made here" },
      { ...line, what: "bent", detail: "two\nlines" },
      { ...line, at: "never", what: "bent", detail: "" },
      { ...line, what: "confirmed", detail: "by the new certificate" },
    ]
    await writeFile(joining, [...lines.map((each) => JSON.stringify(each)), "[1", ""].join("\n"))
    const audit = { ...config.audit, joining }
    assert.deepEqual(await start({ audit }), [
      "security-alert: joining of 203.0.113.20:8444: asked (four keys made here)",
      "security-alert: joining of 203.0.113.20:8444: confirmed (by the new certificate)",
      "configuration: changed since the last start: audit, joining",
    ])
    assert.deepEqual([told[0]?.at, told[0]?.user], [line.at, line.user])
    assert.deepEqual(await start({ audit }), [])
    await start()
  })

  it("tell of a session that ended by itself, and forget it then", async () => {
    const person = { id: "p1", login: "sato", name: "佐藤", role: "clerk" } as const
    ended = [{ key: "k1", person }]
    assert.deepEqual(await start(), ["session-ended: no activity, or the session's limit"])
    assert.equal(told[0]?.user, "sato")
    assert.deepEqual(forgotten, ["k1"])
    ended = []
  })

  it("tell once what was changed of an account", async () => {
    const description = "certificate … confirmed as signing certificate of sato, by 保守 一郎, 安全 花江"
    const at = new Date().toISOString()
    untold = [
      { key: "account/1", event: event({ event: "account-changed", outcome: "success", at, description }) },
    ]
    assert.deepEqual(await start(), [`account-changed: ${description}`])
    assert.deepEqual(untold, [])
    assert.deepEqual(await start(), [])
  })

  it("see a certificate that was exchanged under the same name", async () => {
    await start()
    const path = config.trust.tlsCa
    const before = await readFile(path)
    await writeFile(path, await readFile(config.trust.sealCa))
    assert.deepEqual(await start(), ["configuration: changed since the last start: certificates"])
    await writeFile(path, before)
    await start()
  })

  it("keep digests only", async () => {
    await start()
    const kept = JSON.parse(await readFile(join(folder, "configuration.json"), "utf8")) as object
    for (const value of Object.values(kept)) assert.match(String(value), /^[0-9a-f]{64}$/)
  })

  it("tell who read the trail, and that it is broken", async () => {
    await start()
    await writeFile(join(folder, "ledger.sqlite"), "")
    const note = { at: new Date().toISOString(), user: "kansa as dokuei", records: 6 }
    await leaveNote(join(folder, "audit.jsonl"), { ...note, fault: "line 7 was changed" })
    assert.deepEqual(await start(), [
      "audit-used: 6 records verified",
      "security-alert: the audit trail does not hold: line 7 was changed",
    ])
    assert.equal(told[0]!.user, "kansa as dokuei")
    assert.deepEqual(await start(), [])
  })

  it("tell of rot that a person must mend, and not of what mended itself", async () => {
    await start()
    const cause = new SpoolError("ERR_SPOOL_ROT", "x")
    const rot: Rot[] = [
      { what: "slot-mended", index: 1 },
      { what: "slot", index: 2, cause },
    ]
    assert.deepEqual(await start({}, rot), [
      "security-alert: what was stored does not check any more: slot 2",
    ])
  })
})
