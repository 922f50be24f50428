/** Signature documents as the agreement wants them: level and layout, of seals and of the physician. */
import assert from "node:assert/strict"
import { C14N_11_WITH_COMMENTS, EXC_C14N } from "../../gateway/standards/dsg/algorithms.ts"
import { readWhole } from "../../gateway/journey/read-whole.ts"
import type { SignatureForm } from "../../gateway/journey/agreement.ts"
import { DRAFT, enter, requestFor, storeAll, study, writeAndSign, CLERK } from "./people.ts"
import { TwoSides } from "./world.ts"

describe("the form of signatures an agreement names", function () {
  this.timeout(60_000)

  /** Every signature document that came to the reading centre or home, as text. */
  async function signaturesUnder(signatures: SignatureForm): Promise<Record<string, string>> {
    const sides = await TwoSides.open({ agreement: { signatures } })
    try {
      const requestId = await enter(sides.edge, requestFor("P1", "R1"))
      await storeAll(sides.edge, study("P1", 2))
      await sides.settle()
      await writeAndSign(sides.center, requestId, DRAFT)
      await sides.settle()
      const home = await sides.edge.staff.request(CLERK, requestId)
      assert.equal(home.signature?.outcome, "valid", JSON.stringify(home.signature?.tests))
      const found: Record<string, string> = {}
      for (const side of [sides.edge, sides.center])
        for (const record of await side.ledger.submissionsOf({ requestId }))
          for (const document of await side.ledger.documents(record.id))
            if (["set-signature", "signature", "receipt"].includes(document.role))
              found[`${record.kind} ${document.role}`] = Buffer.from(
                await readWhole(side.world.spool, document.place),
              ).toString()
      return found
    } finally {
      sides.close()
    }
  }

  it("X-L: every one carries its evidence and is in Canonical XML 1.1, and the other side takes it", async () => {
    const found = await signaturesUnder({ level: "X-L", references: "manifest" })
    assert.deepEqual(Object.keys(found).toSorted(), [
      "receipt receipt",
      "receipt set-signature",
      "report set-signature",
      "report signature",
      "study set-signature",
    ])
    for (const [what, xml] of Object.entries(found)) {
      for (const property of ["SigAndRefsTimeStamp", "CertificateValues", "RevocationValues"])
        assert(xml.includes(`<xades:${property}`), `${what} ${property}`)
      assert(xml.includes(C14N_11_WITH_COMMENTS) && !xml.includes(EXC_C14N), what)
    }
  })

  it("flat: the documents are named in SignedInfo, and the other side takes it", async () => {
    const found = await signaturesUnder({ level: "T", references: "flat" })
    assert.equal(Object.keys(found).length, 5)
    for (const [what, xml] of Object.entries(found)) {
      assert(!xml.includes("<ds:Manifest"), what)
      assert(!xml.includes("CertificateValues") && xml.includes(EXC_C14N), what)
    }
  })
})
