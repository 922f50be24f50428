import assert from "node:assert/strict"
import { after, before, describe, it } from "mocha"
import { documentSource } from "../../../gateway/actors/document-source/document-source.ts"
import { SubmissionError } from "../../../gateway/journey/errors.ts"
import type { AssertedUser } from "../../../gateway/journey/ports/outside.ts"
import { writeSecurity } from "../../../gateway/standards/saml/security-header.ts"
import { SecurityFault } from "../../../gateway/standards/soap/fault.ts"
import { sampleSubmission, uuid } from "../../standards/xds/sample-submission.ts"
import { callingAs, type Center, makePeople, openCenter, outbound, type People } from "../two-sides.ts"

const TARO: AssertedUser = { userId: "taro", userName: "<taro@urn:x>", roles: [], purposes: [] }
const OCTETS = Buffer.from("one")

/** Believes a Security header that names Taro, and wants one. */
function gullible(security: readonly string[]): AssertedUser {
  const [header] = security
  if (header === undefined) throw new SecurityFault("SecurityTokenUnavailable", "there is none")
  if (!header.includes("taro")) throw new SecurityFault("FailedCheck", "the secret reason")
  return TARO
}

describe("A Document Recipient that is told who acts", () => {
  let people: People
  let demanding: Center
  let indifferent: Center
  before(async () => {
    people = makePeople()
    demanding = await openCenter(people, { assertedBy: () => gullible })
    indifferent = await openCenter(people)
  })
  after(() => Promise.all([demanding.close(), indifferent.close()]))

  const send = (center: Center, who: string | null, mustUnderstand = true) =>
    sendHeader(center, who === null ? null : writeSecurity(`<a who="${who}"/>`, mustUnderstand).text)
  const sendHeader = ({ url }: Center, header: string | null) =>
    documentSource(() => ({ url, tls: callingAs(people, people.hospital) })).provideAndRegister(
      "center",
      sampleSubmission([OCTETS]),
      [outbound(uuid(1), OCTETS)],
      "urn:uuid:11111111-2222-4333-8444-555555555555",
      () => undefined,
      () => Promise.resolve(header),
    )
  const refused = (subcode: string) => (error: unknown) => {
    assert.ok(error instanceof SubmissionError)
    assert.equal(error.code, "ERR_SUBMISSION_REFUSED")
    assert.match(error.message, new RegExp(`SOAP fault ${subcode}:`))
    assert.doesNotMatch(error.message, /secret/)
    return true
  }

  it("hands on who it is", async () => {
    assert.equal((await send(demanding, "taro")).status, "Success")
    assert.deepEqual(demanding.handler.last.peer.asserted, TARO)
  })

  it("refuses what does not hold, tells its own people why, and reads no document", async () => {
    const before = demanding.handler.seen.length
    await assert.rejects(send(demanding, "jiro"), refused("FailedCheck"))
    await assert.rejects(send(demanding, null), refused("SecurityTokenUnavailable"))
    assert.equal(demanding.handler.seen.length, before)
    assert.deepEqual(
      demanding.failed.slice(-2).map(({ told, why }) => [...told, why]),
      [
        ["SOAP_FailedCheck", "the secret reason"],
        ["SOAP_SecurityTokenUnavailable", "there is none"],
      ],
    )
  })

  it("refuses a header whose content was taken out to a part, before any part is read", async () => {
    const include = '<x:Include xmlns:x="http://www.w3.org/2004/08/xop/include" href="cid:value@x"/>'
    const header = (content: string) => writeSecurity(`<a who="taro">${content}</a>`, false).text
    const before = demanding.handler.seen.length
    await assert.rejects(sendHeader(demanding, header(include)), refused("InvalidSecurity"))
    assert.equal(demanding.handler.seen.length, before)
    assert.equal((await sendHeader(demanding, header("<b/>"))).status, "Success")
    assert.equal((await sendHeader(indifferent, header(include))).status, "Success", "nobody looks at it")
  })

  it("that looks at none passes over one, but not over one that must be understood", async () => {
    assert.equal((await send(indifferent, "taro", false)).status, "Success")
    assert.equal(indifferent.handler.last.peer.asserted ?? null, null)
    await assert.rejects(send(indifferent, "taro"), /MustUnderstand/)
  })
})
