/** What becomes of other stacks' messages at a reading centre that takes plain studies: over TLS, by the real door. */
import assert from "node:assert/strict"
import { listen, type Recipient } from "../../gateway/actors/document-recipient/listen.ts"
import { identifyBy, pinOf } from "../../gateway/actors/secure-node/pins.ts"
import { serverTls } from "../../gateway/actors/secure-node/tls.ts"
import { captured, SHARED } from "../actors/document-recipient/captured.ts"
import { post } from "../actors/document-recipient/raw-request.ts"
import { callingAs, credentials, makePeople, type People } from "../actors/two-sides.ts"
import { AT_CENTER, CENTER } from "./agreements.ts"
import { READER } from "./people.ts"
import { PLAIN } from "./unmarked.ts"
import { TwoSides } from "./world.ts"

/** XON.10, ten digits: whoever it was sent to, here it is us. */
const RECIPIENT = "^^^^1319999999|"

const NOBODY = (): void => undefined

/** Sample → whose it is, and what is said to it. */
const ROWS: readonly (readonly [sample: string, sourceId: string, why: string, answer: RegExp])[] = [
  [
    "constructed/iti41-imaging-request.mtom.http",
    "2.999.392.1",
    "manifest, images and a signature, codes of its own: taken for a study; its stand-ins, when they are read, for none",
    /Success/,
  ],
  [
    "iti41-mtom/toolkit2-dicom.body.txt",
    "1.3.6.1.4.1.21367.13.40.111",
    "RAD-68 by a manifest alone: nothing is fetched here",
    /Failure[^]*XDSRepositoryError[^]*its images/,
  ],
  [
    "iti41-mtom/toolkit2-xop.body.txt",
    "1.3.6.1.4.1.21367.4",
    "a text: neither a study nor a report",
    /Failure[^]*XDSRepositoryError[^]*a report is one PDF/,
  ],
]

describe("a reading centre that takes plain studies, and messages of other stacks", function () {
  this.timeout(60_000)
  let people: People

  before(function () {
    if (SHARED === "") {
      console.log("skipped: DOKUEI_SHARED is not set, so there are no captured messages")
      this.skip()
    }
    people = makePeople()
  })

  async function answered(sample: string, sourceId: string): Promise<string> {
    const partner = { ...AT_CENTER.partner, oid: sourceId }
    const sides = await TwoSides.open({ agreement: { ...PLAIN, partner } })
    let recipient: Recipient | null = null
    try {
      const { center } = sides
      recipient = await listen(
        {
          host: "127.0.0.1",
          port: 0,
          tls: serverTls(credentials(people, people.center)),
          identify: identifyBy({ [AT_CENTER.id]: [pinOf(people.hospital.x509)] }),
          speaksEnough: () => true,
          revoked: () => null,
          sourceOf: () => [sourceId],
          limits: { closeTimeoutMs: 500 },
          onRefused: NOBODY,
          onFailed: NOBODY,
          onTolerated: NOBODY,
          onFault: (fault) => {
            throw fault
          },
        },
        { begin: (...call) => center.door.begin(...call) },
      )
      const slots = center.spool.slots.length
      const { contentType, body: stored } = captured(sample, true)
      const ours = stored.toString("latin1").replace(RECIPIENT, `^^^^${CENTER.institutionCode}|`)
      const body = Buffer.from(ours, "latin1")
      const headers = { "Content-Type": contentType }
      const url = `https://127.0.0.1:${recipient.port}/xdr/recipient`
      const answer = await post(url, callingAs(people, people.hospital), body, { headers })
      const isTaken = answer.body.includes("ResponseStatusType:Success")
      assert.equal(center.spool.slots.length, slots + (isTaken ? 1 : 0), "what was refused leaves nothing")
      await sides.settle()
      const cases = await center.reading.worklist(READER)
      assert.ok(
        cases.every(({ state }) => state === "failed"),
        "no placeholder becomes a case",
      )
      return answer.body
    } finally {
      await recipient?.close()
      sides.close()
    }
  }

  for (const [sample, sourceId, why, answer] of ROWS)
    it(`${sample}: ${why}`, async () => {
      assert.match(await answered(sample, sourceId), answer)
    })
})
