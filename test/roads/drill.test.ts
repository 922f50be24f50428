/**
 * The drill of docs/operation.md, section 6, between two partners over mutual TLS: a backup is taken, work goes on, and the machine
 * with all its data is lost. It is put back, the spool is written down as lost, the gateway starts, and its partner's receipts say
 * what is there: nothing is there twice, what expired stays expired, and what comes opens with the keys from the backup.
 */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import Database from "better-sqlite3"
import { parse, stringify } from "yaml"
import { receiveReport, REPORT, signReport, until } from "../../deploy/demo/walk.ts"
import { backUp } from "../../gateway/commands/backup/backup.ts"
import { restore } from "../../gateway/commands/backup/restore.ts"
import { recoverAt } from "../../gateway/commands/recover.ts"
import { loadConfig } from "../../gateway/config/load.ts"
import { verifyTrail } from "../../gateway/storage/trail/verify-trail.ts"
import type { StaffDetail } from "../../gateway/journey/views/staff.ts"
import { makeRecoveryKey, type RecoveryFiles } from "../commands/backup/recovery-key.ts"
import { writeStudy, type SmallStudy } from "../peers/dicom-study.ts"
import { Gate } from "../peers/gate.ts"
import { ANNEX_H } from "../peers/japanese-names.ts"
import { trailFile } from "./audit-messages.ts"
import { openedSpool } from "./opened-spool.ts"
import { Road, SILENT, type Role } from "./road.ts"

const LONG = process.env.DOKUEI_LONG === "1"
/** Studies that reach the centre after the hospital's backup, and images of each. */
const [STUDIES, SLICES] = LONG ? [20, 200] : [2, 2]
const NOBODY = { write: () => undefined }
/** Some 200 bytes for each object. */
const MOST_CERTIFICATE_BYTES = 64 << 20

describe("the drill: a machine and all its data are lost", function () {
  this.timeout(LONG ? 1_200_000 : 240_000)
  let road: Road
  /** Between them, so that a partner can be away. */
  let gates: Record<Role, Gate>
  let recovery: RecoveryFiles
  let first: SmallStudy
  let firstId = ""
  const later: SmallStudy[] = []

  before(async () => {
    road = await Road.open({ imagesKept: "30d", quietPeriod: "1s", roles: [] })
    recovery = makeRecoveryKey(road.site.dir)
    gates = { edge: await Gate.to(road.site.ports.edgeXdr), center: await Gate.to(road.site.ports.centerXdr) }
    for (const [role, partner] of [
      ["edge", "center"],
      ["center", "edge"],
    ] as const) {
      road.configure(role, (config) => {
        for (const agreement of config.agreements)
          agreement.endpoint = `https://127.0.0.1:${gates[partner].port}/xdr/recipient`
      })
      const config = parse(readFileSync(road.configFile(role), "utf8")) as Record<string, unknown>
      config.backup = { recoveryCertificate: recovery.certificate, generations: 3 }
      writeFileSync(road.configFile(role), stringify(config))
      mkdirSync(join(road.site.dir, `${role}-medium`))
    }
    await Promise.all([road.start("edge"), road.start("center")])
  })
  after(async () => {
    await road.close()
    await Promise.all(Object.values(gates).map((gate) => gate.close()))
  })

  const study = (PatientID: string): SmallStudy =>
    writeStudy(join(road.site.dir, PatientID), { ...ANNEX_H[0]!, PatientID, slices: SLICES })
  const asked = <Row>(role: Role, sql: string): Row[] => {
    const ledger = new Database(join(road.dataDir(role), "ledger.sqlite"), { readonly: true })
    try {
      return ledger.prepare(sql).all() as Row[]
    } finally {
      ledger.close()
    }
  }
  const images = (role: Role): number =>
    asked<{ count: number }>(role, "SELECT count(*) AS count FROM instance")[0]!.count
  const studies = (role: Role): Record<string, number> =>
    Object.fromEntries(
      asked<{ state: string; count: number }>(
        role,
        "SELECT state, count(*) AS count FROM study GROUP BY state",
      ).map(({ state, count }) => [state, count]),
    )
  const sent = (role: Role, kind: string): string[] =>
    asked<{ state: string }>(
      role,
      `SELECT facts ->> '$.state' AS state FROM submission
       WHERE direction = 'out' AND facts ->> '$.kind' = '${kind}' ORDER BY created_at`,
    ).map(({ state }) => state)

  /** The term of a study ends while its gateway runs: it looks every five seconds. */
  const expired = async (role: Role, requestId: string): Promise<void> => {
    road.endTermsOf(role, [requestId])
    await until(`a study expired at the ${role}`, () => Promise.resolve((studies(role).expired ?? 0) > 0))
  }

  const stages: string[] = []
  const timed = async <Value>(what: string, deed: () => Promise<Value> | Value): Promise<Value> => {
    const begunMs = performance.now()
    const value = await deed()
    const seconds = (performance.now() - begunMs) / 1000
    stages.push(`${what} ${Math.floor(seconds / 60)} min ${(seconds % 60).toFixed(1)} s`)
    return value
  }
  const toldOf = (whose: string): void => console.log(`      ${whose}: ${stages.splice(0).join(", ")}`)

  const backedUp = async (role: Role): Promise<string> => {
    const told = await timed("backup", () =>
      backUp(road.configFile(role), join(road.site.dir, `${role}-medium`), NOBODY),
    )
    return /^signed by ([0-9a-f]{64}):/m.exec(told)![1]!
  }

  /** Power gone, disk gone, and with it the key that opens what partners send. */
  const lost = async (role: Role): Promise<void> => {
    await road.kill(role)
    rmSync(road.dataDir(role), { recursive: true })
    rmSync(objectKey(role))
  }
  const objectKey = (role: Role): string => join(road.site.dir, "pki", role, "object.key.pem")

  /** As the section says it, up to a gateway that runs. */
  const putBack = async (role: Role, signer: string): Promise<string> => {
    const medium = join(road.site.dir, `${role}-medium`)
    const into = road.dataDir(role)
    await timed("restore", () => restore(medium, { key: recovery.key, signer, into }, NOBODY))
    copyFileSync(join(into, "from-backup/keys.object.key.pem"), objectKey(role))
    const told: string[] = []
    await timed("recover", () =>
      recoverAt(loadConfig(road.configFile(role)), { spoolLost: true }, (line) => told.push(line)),
    )
    await timed("start", () => road.start(role))
    return told.join("\n")
  }

  /** As whoever gets it looks at it: signed, and each image of the studies by its digest. */
  const lostOf = (certificate: string): { images: number; named: boolean; readBack: boolean } => {
    const checked = spawnSync(
      "openssl",
      ["cms", "-verify", "-binary", "-noverify", "-inform", "DER", "-in", certificate],
      { maxBuffer: MOST_CERTIFICATE_BYTES },
    )
    assert.equal(checked.status, 0, checked.stderr.toString())
    const said = JSON.parse(checked.stdout.toString()) as {
      readBack: boolean
      submissions: { kind: string; objects: { sha256: string }[] }[]
    }
    const named = new Set(said.submissions.flatMap(({ objects }) => objects.map(({ sha256 }) => sha256)))
    const digests = sentDigests()
    return {
      images: digests.filter((each) => named.has(each)).length,
      named: said.submissions.every(({ objects }) => objects.length > 0),
      readBack: said.readBack,
    }
  }
  /** SHA-256 of each image that the hospital's ledger says it sent of the later studies. */
  const sentDigests = (): string[] =>
    asked<{ sha256: string }>(
      "edge",
      `SELECT DISTINCT document.facts ->> '$.sha256' AS sha256 FROM document JOIN submission ON submission.id = submission_id
       WHERE direction = 'out' AND document.facts ->> '$.role' = 'instance'`,
    ).map(({ sha256 }) => sha256)

  const isChained = async (role: Role): Promise<void> => {
    assert.equal((await verifyTrail(trailFile(road, role), null)).fault, null)
    assert.match(readFileSync(trailFile(road, role), "utf8"), new RegExp(`a backup was put back: ${role}-`))
  }

  it("the hospital's: a receipt and a report find what was lost, and what the archive sends again is at the centre once", async () => {
    const desks = await road.desks()
    first = study("FIRST")
    firstId = await road.send(first)
    await road.reached(firstId, "arrived")

    gates.edge.shut()
    const awaited = study("AWAITED")
    const awaitedId = await road.send(awaited)
    await until("a study that awaits its receipt", () =>
      Promise.resolve(sent("edge", "study").at(-1) === "accepted"),
    )
    const signer = await backedUp("edge")
    later.push(awaited)
    for (let count = 1; count < STUDIES; count++) later.push(study(`LATER${count}`))
    for (const each of later.slice(1)) await road.send(each)
    await until("every study there", () =>
      Promise.resolve(sent("edge", "study").filter((state) => state === "accepted").length === STUDIES),
    )
    await expired("edge", firstId)
    const [imagesBefore, studiesBefore] = [images("center"), studies("center")]

    await lost("edge")
    await putBack("edge", signer)
    assert.deepEqual(studies("edge"), { expired: 2 }, "what the backup knew is written down as gone")
    assert.deepEqual(sent("edge", "study"), ["verified", "accepted"])

    gates.edge.open()
    const requests: string[] = []
    await timed("known again by receipts", async () => {
      for (const each of later) requests.push(await road.send(each))
      for (const id of requests) await road.reached(id, "arrived")
    })
    assert.deepEqual([images("center"), studies("center")], [imagesBefore, studiesBefore])
    toldOf("hospital")
    assert.deepEqual(studies("edge"), { closed: STUDIES, expired: 2 }, "each of them is known as delivered")

    // Whoever hears from a partner again sends what waits for it: the centre has, by now.
    await until("the receipt for what was lost", () =>
      Promise.resolve(sent("edge", "study")[1] === "verified"),
    )
    await signReport(desks, await road.read(awaitedId), REPORT, SILENT)
    await receiveReport(desks, awaitedId, 1, SILENT)

    await isChained("edge")
    const opened = await openedSpool(road, "edge")
    const uids = new Set(first.instances.map(({ SOPInstanceUID }) => SOPInstanceUID))
    assert.deepEqual(
      opened.filter(({ meta }) => uids.has(meta.uniqueId)),
      [],
    )
  })

  it("the reading centre's: what the hospital held meanwhile goes by itself, and the rest is sent again by its staff", async () => {
    const desks = await road.desks()
    const requestId = await road.request(later[0]!)
    await road.reached(requestId, "arrived")
    const signer = await backedUp("center")
    await signReport(desks, await road.read(requestId), REPORT, SILENT)
    await receiveReport(desks, requestId, 1, SILENT)
    await expired("center", firstId)

    await lost("center")
    const held = study("HELD")
    const heldId = await road.send(held)
    const told = await putBack("center", signer)
    assert.deepEqual(Object.keys(studies("center")), ["expired"])
    const certificate = /^certificate of loss: (.+)$/m.exec(told)?.[1] ?? ""
    // FIRST was destroyed after the backup: its ledger does not know that.
    const lostImages = (1 + later.length) * SLICES
    assert.deepEqual(lostOf(certificate), { images: lostImages, named: true, readBack: false })
    const requests: string[] = []
    await timed("known again by receipts", async () => {
      await road.reached(heldId, "arrived")
      for (const each of later) requests.push(await road.request(each))
      for (const id of requests) await road.reached(id, "arrived")
    })
    toldOf("reading centre")
    assert.equal(images("center"), (later.length + 1) * SLICES)

    await desks.reader.login()
    await signReport(desks, await road.read(heldId), REPORT, SILENT)
    await receiveReport(desks, heldId, 1, SILENT)
    const before = await desks.clerk.get<StaffDetail>(`/api/requests/${requestId}`)
    assert.equal(before.signature?.outcome, "valid", "the report that the centre has lost is at the hospital")
    await isChained("center")
  })
})
