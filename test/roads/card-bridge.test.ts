/** A reader whose key is on a card at their own PC: real centre, real bridge in a terminal of its own, SoftHSM as the card. */
import assert from "node:assert/strict"
import { rmSync } from "node:fs"
import { join } from "node:path"
import { READER } from "../../deploy/demo/people.ts"
import { PIN } from "../../deploy/demo/site.ts"
import { receiveReport } from "../../deploy/demo/walk.ts"
import type { BridgeRefusal } from "../../gateway/journey/views/card-bridge.ts"
import type { CardAsked, PreparedReport, SignedOrApproved } from "../../gateway/journey/views/reading.ts"
import { TypedBridge } from "../peers/card-bridge.ts"
import { writeStudy } from "../peers/dicom-study.ts"
import { ANNEX_H } from "../peers/japanese-names.ts"
import { missingSoftHsm, PIN as CARD_PIN, SoftHsm } from "../peers/softhsm.ts"
import { Road, SILENT } from "./road.ts"

const TEXT = { findings: "所見なし。", impression: "異常なし。", keyImages: [], correctionReason: "" }

describe("a reader whose card is at their own PC", function () {
  this.timeout(120_000)
  let road: Road | undefined
  let hsm: SoftHsm
  let bridge: TypedBridge
  let token: string

  before(async function () {
    const missing = missingSoftHsm()
    if (missing !== null) {
      process.stdout.write(`    skipped: ${missing}\n`)
      this.skip()
    }
    hsm = await SoftHsm.open()
    road = await Road.open({ imagesKept: "30d", quietPeriod: "1s", roles: ["edge"] })
    // The key leaves the centre; the certificates stay.
    const key = join(road.site.dir, "pki", "readers", `${READER.login}.key.pem`)
    hsm.takeKey("sign", "01", key, PIN, key.replace(".key.", ".chain."))
    rmSync(key)
    bridge = await TypedBridge.start(road.site.centerOrigin, "sign")
    road.configure("center", (config) => Object.assign(config.keys, { cardBridge: bridge.port }))
    await road.start("center")
  })
  after(async () => {
    if (road === undefined) return
    await road.close()
    await bridge.stop()
    await hsm.close()
  })

  /** As the desk's page. */
  async function atBridge(path: string, body: object): Promise<Record<string, string>> {
    const response = await fetch(`http://127.0.0.1:${bridge.port}${path}`, {
      method: "POST",
      headers: {
        Origin: road!.site.centerOrigin,
        "Content-Type": "application/json",
        Authorization: `Bearer ${token}`,
      },
      body: JSON.stringify(body),
    })
    return (await response.json()) as Record<string, string>
  }

  it("signs there: PIN at the bridge's window, the report arrives and is valid", async () => {
    const { site } = road!
    const study = writeStudy(join(site.dir, "CARD"), { ...ANNEX_H[0]!, PatientID: "CARD", slices: 2 })
    const requestId = await road!.send(study)
    const reading = await road!.read(requestId)
    const desks = await road!.desks()
    const { reader } = desks
    const page = await reader.exchange("GET", "/")
    assert.match(
      String(page.headers["content-security-policy"]),
      new RegExp(`connect-src 'self' http://127\\.0\\.0\\.1:${bridge.port}(;|$)`),
    )
    const saved = await reader.put<{ draftVersion: number }>(`/api/cases/${requestId}/draft`, {
      draft: TEXT,
      expectedVersion: reading.draft?.draftVersion ?? 0,
    })
    const prepare = { expectedVersion: saved.draftVersion }
    const prepared = await reader.post<PreparedReport>(`/api/cases/${requestId}/prepare`, prepare)
    assert.equal(prepared.bridge, `http://127.0.0.1:${bridge.port}`)
    ;({ token = "" } = await atBridge("/pair", { code: bridge.code }))

    const begin = async (): Promise<CardAsked["card"]> => {
      const { card } = (await reader.sign(prepared.prepareId, prepared.passkey, "")) as unknown as CardAsked
      return card
    }
    const toCard = ({ toBeSigned, parts, certificate }: CardAsked["card"]) =>
      atBridge("/sign", { caseNumber: "R-CARD-1", certificate, toBeSigned, parts })
    const end = (id: string, signature: string | null): Promise<SignedOrApproved> =>
      reader.post(`/api/card/${id}`, { signature })

    // A wrong PIN: nothing is signed, and what was frozen serves again.
    const first = await begin()
    const refused = toCard(first)
    await bridge.type("wrong")
    assert.equal((await refused).refusal satisfies string | undefined, "pin-wrong" satisfies BridgeRefusal)
    await assert.rejects(end(first.id, null), { status: 409, code: "ERR_KEY_CARD" })

    // A signature of something else is not taken for the report's.
    const second = await begin()
    await assert.rejects(end(first.id, "AAAA"), { status: 409, code: "ERR_KEY_CARD" })
    await assert.rejects(end(second.id, Buffer.alloc(256, 1).toString("base64")), { code: "ERR_KEY_CARD" })

    const third = await begin()
    const before = bridge.shown.length
    const signing = toCard(third)
    await bridge.type(CARD_PIN, before)
    const { signature = "" } = await signing
    const window = bridge.shown.slice(before).replace(/ /g, "")
    assert.ok(
      window.includes(prepared.pdfSha256) && window.includes(prepared.cdaSha256),
      "what was frozen is signed",
    )
    const signed = await end(third.id, signature)
    assert.deepEqual([signed.version, signed.awaitsSignature], [1, undefined])
    await assert.rejects(end(third.id, signature), { status: 409, code: "ERR_KEY_CARD" })
    const received = await receiveReport(desks, requestId, 1, SILENT)
    assert.equal(received.requestId, requestId)
  })
})
