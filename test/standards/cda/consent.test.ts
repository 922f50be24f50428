import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type ConsentDocument, readConsent, writeConsent } from "../../../gateway/standards/cda/consent.ts"
import { REPORT } from "./sample-report.ts"

const CONSENT: ConsentDocument = {
  documentId: "2.25.1",
  acknowledgementId: "2.25.2",
  policy: "1.2.392.100495.20.3.999.1.7.1",
  policyDomain: "1.2.392.100495.20.3.999.1",
  policyName: "遠隔読影への同意 <&>",
  at: "2026-11-25T05:12:05.000Z",
  by: { account: "madoguchi", name: "窓口 三奈" },
  patient: REPORT.patient,
  patientIdRoot: REPORT.patientIdRoot,
  hospital: REPORT.hospital,
}
const text = new TextDecoder().decode(writeConsent(CONSENT))
const read = (changed: string) => readConsent(new TextEncoder().encode(changed))

describe("consent document", () => {
  it("says who has acknowledged which policy, from when on", () => {
    assert.deepEqual(read(text), {
      PatientID: REPORT.patient.PatientID,
      patientIdRoot: REPORT.patientIdRoot,
      acknowledged: [{ policy: CONSENT.policy, from: "2026-11-25T05:12:05.000Z", until: null }],
    })
    assert.deepEqual(writeConsent(CONSENT), writeConsent(structuredClone(CONSENT)))
  })

  it("is read with an end, and with several policies, as others write it", () => {
    const event = /<documentationOf.*<\/documentationOf>/.exec(text)![0]
    const second = event
      .replace(CONSENT.policy, "1.2.3")
      .replace("</effectiveTime>", '<high value="20270101"/></effectiveTime>')
    assert.deepEqual(read(text.replace(event, event + second)).acknowledged[1], {
      policy: "1.2.3",
      from: "2026-11-25T05:12:05.000Z",
      until: "2027-01-01",
    })
  })

  it("is refused when it acknowledges nothing, or is another document", () => {
    const other = text.replace("1.3.6.1.4.1.19376.1.5.3.1.2.6", "1.2.3")
    assert.throws(() => read(other), { code: "CONSENT_INVALID" })
    assert.throws(() => read("<a/>"), { code: "CONSENT_INVALID" })
    assert.throws(() => read(text.replace(/<low [^>]*>/, "")), { code: "REPORT_INCOMPLETE" })
  })

  it("is valid by the schema of CDA R2", function () {
    const shared = process.env.DOKUEI_SHARED
    if (shared === undefined) {
      console.log("      skipped: DOKUEI_SHARED is not set")
      return this.skip()
    }
    const folder = mkdtempSync(join(tmpdir(), "consent-"))
    try {
      writeFileSync(join(folder, "consent.xml"), text)
      const schema = join(shared, "ihe/schema/cda/infrastructure/cda/CDA.xsd")
      const run = spawnSync(
        "xmllint",
        ["--nonet", "--noout", "--schema", schema, join(folder, "consent.xml")],
        {
          encoding: "utf8",
        },
      )
      assert.equal(run.status, 0, run.stderr)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
