/** A reader lets a preliminary report go while the signing service is away, and signs when it is back: two gateways, real keys. */
import assert from "node:assert/strict"
import { createPrivateKey, X509Certificate } from "node:crypto"
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { READER } from "../../deploy/demo/people.ts"
import { PIN } from "../../deploy/demo/site.ts"
import { receiveReport, until } from "../../deploy/demo/walk.ts"
import type { PreparedReport, ReadingView } from "../../gateway/journey/views/reading.ts"
import type { StaffDetail } from "../../gateway/journey/views/staff.ts"
import { CLIENT, CscService, REMOTE_PIN } from "../peers/csc-service.ts"
import { writeStudy } from "../peers/dicom-study.ts"
import { ANNEX_H } from "../peers/japanese-names.ts"
import { Road, ROLES, SILENT } from "./road.ts"

const TEXT = { findings: "所見なし。", impression: "出血なし。", keyImages: [], correctionReason: "" }

describe("a STAT case whose reader's signing service is away", function () {
  this.timeout(120_000)
  let road: Road
  const service = new CscService()

  before(async () => {
    road = await Road.open({ imagesKept: "30d", quietPeriod: "1s", roles: [] })
    await service.open()
    const { dir } = road.site
    const keyFile = join(dir, "pki", "readers", `${READER.login}.key.pem`)
    const key = createPrivateKey({ key: readFileSync(keyFile), passphrase: PIN })
    const pem = readFileSync(keyFile.replace(".key.", ".chain."), "utf8")
    const [leaf = "", ...issuers] = (pem.match(/-----BEGIN[^]*?-----END CERTIFICATE-----/g) ?? []).map(
      (each) => new X509Certificate(each).raw.toString("base64"),
    )
    service.holders.set("second", {
      keyPem: String(key.export({ type: "pkcs8", format: "pem" })),
      certificate: leaf,
      issuers,
    })
    writeFileSync(join(dir, "csc-ca.pem"), service.caPem)
    writeFileSync(join(dir, "csc-secret"), CLIENT.clientSecret)
    road.configure("center", ({ keys }) =>
      Object.assign(keys, {
        signingService: {
          url: service.url,
          ca: join(dir, "csc-ca.pem"),
          clientId: CLIENT.clientId,
          clientSecretFile: join(dir, "csc-secret"),
        },
      }),
    )
    for (const role of ROLES)
      road.configure(role, ({ agreements }) =>
        agreements.forEach((each) => Object.assign(each, { preliminaryReports: "stat" })),
      )
    // Its certificate stays, to be confirmed; the key is at the service alone.
    rmSync(keyFile)
    await Promise.all(ROLES.map((role) => road.start(role)))
  })
  after(async () => {
    await road.close()
    await service.close()
  })

  it("is told to the hospital without a signature, and the signed report takes its place", async () => {
    const { site } = road
    const study = writeStudy(join(site.dir, "EARLY"), { ...ANNEX_H[0]!, PatientID: "EARLY", slices: 1 })
    const requestId = await road.send(study)
    const reading = await road.read(requestId)
    const { reader, clerk } = await road.desks()
    const logIn = async (): Promise<void> => {
      const { url } = await reader.post<{ url: string }>("/api/signing-service")
      await reader.post("/api/signing-service/return", service.visit(url))
    }
    const prepare = (path: string, expectedVersion: number): Promise<PreparedReport> =>
      reader.post(`/api/cases/${requestId}/${path}`, { expectedVersion })
    await logIn()
    const { draftVersion } = await reader.put<{ draftVersion: number }>(`/api/cases/${requestId}/draft`, {
      draft: TEXT,
      expectedVersion: reading.draft?.draftVersion ?? 0,
    })

    await service.close()
    const first = await prepare("prepare", draftVersion)
    const answered: object = await reader.sign(first.prepareId, first.passkey, REMOTE_PIN)
    assert.deepEqual("awaitsSignature" in answered && answered.awaitsSignature, true)
    await assert.rejects(prepare("prepare-preliminary", draftVersion), { code: "ERR_REPORT_STATE" })
    await reader.post(`/api/cases/${requestId}/take-back`)
    const early = await prepare("prepare-preliminary", draftVersion)
    assert.equal((await reader.release(early.prepareId, early.passkey)).version, 1)

    const seen = await until("preliminary report at the hospital", async () => {
      const detail = await clerk.get<StaffDetail>(`/api/requests/${requestId}`)
      return detail.preliminaries === undefined ? null : detail
    })
    const [shown] = seen.preliminaries!
    assert.deepEqual(
      [shown?.impression, shown?.seal?.kind, shown?.seal?.outcome],
      [TEXT.impression, "seal", "valid"],
    )
    assert.deepEqual([seen.report, seen.verdict, seen.action], [null, null, null])
    const pdf = await clerk.bytes(`/api/requests/${requestId}/preliminary/1/pdf`)
    assert(pdf.bytes.subarray(0, 5).equals(Buffer.from("%PDF-")))
    await until("the hospital's receipt", async () => {
      const { preliminary } = await reader.get<ReadingView>(`/api/cases/${requestId}`)
      return preliminary?.released?.receivedAt ?? null
    })

    await service.open()
    await logIn()
    const last = await prepare("prepare", draftVersion)
    const signed = await reader.sign(last.prepareId, last.passkey, REMOTE_PIN)
    assert.equal(signed.version, 2)
    const home = await receiveReport({ reader, clerk }, requestId, 2, SILENT)
    assert.deepEqual(
      home.preliminaries?.map(({ isReplaced, isChanged }) => [isReplaced, isChanged]),
      [[true, false]],
    )
    assert.deepEqual(
      home.versions.map(({ version, status }) => [version, status]),
      [[2, "final"]],
    )
  })
})
