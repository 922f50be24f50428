import assert from "node:assert/strict"
import { checkSetSignature } from "../../../gateway/journey/accept/check-signature.ts"
import { uuidOid } from "../../../gateway/journey/ids.ts"
import { MAX_SIGNATURE_LENGTH_BYTES } from "../../../gateway/standards/dsg/document.ts"
import { enter, requestFor, storeAll, study } from "../people.ts"
import { TwoSides } from "../world.ts"

describe("the signatures of a sealed submission", function () {
  this.timeout(30_000)
  let sides: TwoSides

  beforeEach(async () => {
    sides = await TwoSides.open()
  })
  afterEach(() => sides.close())

  it("are read one after the other, each when the one before it does not hold", async () => {
    const { world, agreements } = sides.center
    let [reading, most, read] = [0, 0, 0]
    const signatures = ["2.25.1", "2.25.2", "2.25.3"].map((uniqueId) => ({
      uniqueId,
      xml: async () => {
        most = Math.max(most, ++reading)
        await new Promise(setImmediate)
        reading--
        read++
        return Buffer.from("<nothing/>")
      },
    }))
    await assert.rejects(checkSetSignature(world, agreements[0]!, "2.25.9", [], signatures), {
      registryCode: "InvalidDocumentContent",
    })
    assert.deepEqual([most, read], [1, 3])
  })

  for (const [what, lengthBytes, isTaken] of [
    ["as large as one may be comes along", MAX_SIGNATURE_LENGTH_BYTES, true],
    ["that is larger is refused, and not read", MAX_SIGNATURE_LENGTH_BYTES + 1, false],
  ] as const)
    it(`one ${what}`, async () => {
      const { center, edge } = sides
      const studyOf = edge.contents.study
      edge.contents = {
        ...edge.contents,
        study: async (...asked) => {
          const made = await studyOf(...asked)
          if (!("contents" in made)) return made
          const another = {
            ...made.contents[0]!,
            role: "signature" as const,
            uniqueId: uuidOid(edge.world.chance),
            mimeType: "text/xml",
            body: { bytes: new Uint8Array(lengthBytes).fill(0x20) },
          }
          return { ...made, contents: [...made.contents, another] }
        },
      }
      const requestId = await enter(edge, requestFor("P1", "R-1"))
      await storeAll(edge, study("P1", 1))
      await sides.settle()
      const [sent] = (await edge.ledger.submissionsOf({ requestId })).filter(({ kind }) => kind === "study")
      const came = await center.ledger.submissionsOf({ requestId })
      assert.equal(
        came.some(({ kind }) => kind === "study"),
        isTaken,
      )
      assert.equal(sent?.state === "failed", !isTaken)
    })
})
