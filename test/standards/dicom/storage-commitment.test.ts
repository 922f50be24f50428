import assert from "node:assert/strict"
import fc from "fast-check"
import { authoredBytes } from "../../../gateway/standards/dicom/authored-elements.ts"
import { readDataSet } from "../../../gateway/standards/dicom/data-set.ts"
import {
  FAILURE_REASON,
  eventOf,
  readCommitmentRequest,
  readCommitmentResult,
  settled,
  writeCommitmentRequest,
  writeCommitmentResult,
  type CommitmentResult,
} from "../../../gateway/standards/dicom/storage-commitment.ts"

const IMPLICIT = "1.2.840.10008.1.2"
const EXPLICIT = "1.2.840.10008.1.2.1"
const CT = "1.2.840.10008.5.1.4.1.1.2"
const plain = { noNullPrototype: true } as const
const uid = fc.array(fc.nat(9999), { minLength: 2, maxLength: 10 }).map((parts) => parts.join("."))
const reference = fc.record({ SOPClassUID: uid, SOPInstanceUID: uid }, plain)
const references = fc.uniqueArray(reference, {
  minLength: 1,
  maxLength: 30,
  selector: (r) => r.SOPInstanceUID,
})

describe("Storage Commitment Push Model", () => {
  for (const syntax of [IMPLICIT, EXPLICIT]) {
    it(`requests read back as written in ${syntax}`, () => {
      fc.assert(
        fc.property(fc.record({ TransactionUID: uid, references }, plain), (request) => {
          assert.deepEqual(readCommitmentRequest(writeCommitmentRequest(request, syntax), syntax), request)
        }),
      )
    })

    it(`results read back as written in ${syntax}`, () => {
      const result = fc.record(
        {
          TransactionUID: uid,
          RetrieveAETitle: fc.constantFrom("", "PACS"),
          committed: references,
          failed: fc.array(
            fc.record({ SOPClassUID: uid, SOPInstanceUID: uid, FailureReason: fc.nat(65535) }, plain),
            {
              maxLength: 5,
            },
          ),
        },
        plain,
      )
      fc.assert(
        fc.property(result, (one) => {
          assert.deepEqual(readCommitmentResult(writeCommitmentResult(one, syntax), syntax), one)
        }),
      )
    })
  }

  it("writes Failure Reason as one US", () => {
    const bytes = writeCommitmentResult(
      {
        TransactionUID: "1.2",
        RetrieveAETitle: "",
        committed: [],
        failed: [{ SOPClassUID: CT, SOPInstanceUID: "1.2.3", FailureReason: FAILURE_REASON.noSuchInstance }],
      },
      EXPLICIT,
    )
    const [item] = readDataSet(bytes, EXPLICIT).dataSet.items("FailedSOPSequence")
    assert.equal(item!.element("FailureReason")?.vr, "US")
    assert.equal(item!.number("FailureReason"), 0x0112)
  })

  it("takes the Retrieve AE Title from within the sequence as well", () => {
    const inside = authoredBytes({
      TransactionUID: "1.2",
      ReferencedSOPSequence: [
        { ReferencedSOPClassUID: CT, ReferencedSOPInstanceUID: "1.2.3", RetrieveAETitle: "ARCHIVE" },
      ],
    })
    assert.equal(readCommitmentResult(inside, EXPLICIT).RetrieveAETitle, "ARCHIVE")
  })

  it("is refused without a Transaction UID, without references, and with what is no UID", () => {
    const refuses = (bytes: Uint8Array, code: string) =>
      assert.throws(() => readCommitmentRequest(bytes, IMPLICIT), { name: "Malformed", code })
    refuses(new Uint8Array(0), "COMMITMENT_EMPTY")
    refuses(writeCommitmentRequest({ TransactionUID: "1.2", references: [] }, IMPLICIT), "COMMITMENT_EMPTY")
    const references = [{ SOPClassUID: CT, SOPInstanceUID: "1.2.3" }]
    refuses(writeCommitmentRequest({ TransactionUID: "", references }, IMPLICIT), "COMMITMENT_UID")
    const strange = [{ SOPClassUID: CT, SOPInstanceUID: "../etc" }]
    refuses(
      writeCommitmentRequest({ TransactionUID: "1.2", references: strange }, IMPLICIT),
      "COMMITMENT_UID",
    )
  })

  describe("settled with what was asked for", () => {
    const ask = (...names: string[]) => ({
      TransactionUID: "1.1",
      references: names.map((SOPInstanceUID) => ({ SOPClassUID: CT, SOPInstanceUID })),
    })
    const result = (committed: string[], failed: string[]): CommitmentResult => ({
      TransactionUID: "9.9",
      RetrieveAETitle: "PACS",
      committed: committed.map((SOPInstanceUID) => ({ SOPClassUID: CT, SOPInstanceUID })),
      failed: failed.map((SOPInstanceUID) => ({
        SOPClassUID: CT,
        SOPInstanceUID,
        FailureReason: FAILURE_REASON.resourceLimitation,
      })),
    })
    const names = (list: readonly { SOPInstanceUID: string }[]) => list.map((each) => each.SOPInstanceUID)

    it("carries the asker's own Transaction UID", () => {
      assert.equal(settled(ask("1.2"), result(["1.2"], [])).TransactionUID, "1.1")
    })

    it("promises nothing that the archive left out", () => {
      const told = settled(ask("1.2", "1.3"), result(["1.2"], []))
      assert.deepEqual(names(told.committed), ["1.2"])
      assert.deepEqual(told.failed, [
        { SOPClassUID: CT, SOPInstanceUID: "1.3", FailureReason: FAILURE_REASON.processingFailure },
      ])
      assert.equal(eventOf(told), 2)
    })

    it("says nothing of instances nobody asked for", () => {
      const told = settled(ask("1.2"), result(["1.2", "7.7"], ["8.8"]))
      assert.deepEqual([names(told.committed), told.failed], [["1.2"], []])
      assert.equal(eventOf(told), 1)
    })

    it("believes the failure when an instance stands in both lists", () => {
      const told = settled(ask("1.2"), result(["1.2"], ["1.2"]))
      assert.deepEqual([names(told.committed), names(told.failed)], [[], ["1.2"]])
    })
  })
})
