import assert from "node:assert/strict"
import type { TrustStore } from "../../gateway/journey/trust.ts"
import type { StaffDetail } from "../../gateway/journey/views/staff.ts"
import { days, type Holder } from "../../gateway/commands/pki-authority.ts"
import { judgeAgain } from "../../gateway/journey/verify/judge-again.ts"
import { judgeSigner } from "../../gateway/journey/verify/signer.ts"
import type { SignedReport } from "../../gateway/standards/cda/read-imaging-report.ts"
import type { Verification } from "../../gateway/standards/dsg/verify.ts"
import { readCertificate } from "../../gateway/standards/hpki/certificate.ts"
import { pass } from "../../gateway/standards/hpki/verdict-test.ts"
import { CENTER } from "./agreements.ts"
import type { HpkiTrust } from "../../gateway/standards/dsg/trust.ts"
import { certificates, list, pinOf, START } from "./certificates.ts"
import {
  acknowledge,
  append,
  CLERK,
  DRAFT,
  enter,
  READER,
  requestFor,
  storeAll,
  study,
  writeAndSign,
} from "./people.ts"
import { DAY_MS, TwoSides } from "./world.ts"

const AGREEMENT = { retention: { imagesMs: 30 * DAY_MS, reportsMs: 365 * 86_400_000 } }

type Reader = SignedReport["report"]["reader"]
const AUTHOR: Reader = { id: "reader1", idRoot: CENTER.oid, name: "放射 太郎" }

const signerOf = async (): Promise<Holder> => (await certificates()).reader

/** A signature in which all else holds. */
function verificationOf({ chain: [leaf] }: Holder): Verification {
  const verdict = { outcome: "valid", tests: [pass("signature-value")] } as unknown as Verification["verdict"]
  return { verdict, covered: [], commitments: [], signer: readCertificate(leaf!), chains: [] }
}

const HOUR_MS = DAY_MS / 24

describe("a radiologist's signature where the report arrives", function () {
  this.timeout(30_000)
  let sides: TwoSides
  let requestId: string

  beforeEach(async () => {
    sides = await TwoSides.open({ agreement: AGREEMENT })
    requestId = await enter(sides.edge, requestFor("P1", "R-1"))
    await storeAll(sides.edge, study("P1", 2))
    await sides.settle()
    await writeAndSign(sides.center, requestId, DRAFT)
  })
  afterEach(() => sides.close())

  /** What the hospital believes of persons from now on. */
  function believes(bend: (trust: HpkiTrust) => HpkiTrust): void {
    const store = sides.trust.edge
    const bent: TrustStore = {
      seal: (agreement) => store.seal(agreement),
      report: () => bend(store.report()),
      want: (chains) => store.want(chains),
    }
    Object.defineProperty(sides.edge.world, "trust", { value: bent, configurable: true })
  }
  const detail = (): Promise<StaffDetail> => sides.edge.staff.request(CLERK, requestId)
  const reported = (of: StaffDetail): string | undefined =>
    of.way.find(({ name }) => name === "reported")?.state

  async function submissions(): Promise<string[]> {
    const all = await sides.edge.ledger.submissionsOf({ requestId })
    const about = all.filter(
      ({ kind, direction }) => kind === "report" || (kind === "receipt" && direction === "out"),
    )
    return about.map(({ kind, state }) => `${kind} ${state}`)
  }

  it("is judged again when evidence was missing, and counts once it is there", async () => {
    believes((trust) => ({ ...trust, crls: [] }))
    await sides.settle(DAY_MS)
    const waiting = await detail()
    assert.equal(waiting.verdict, "indeterminate")
    assert.notEqual(reported(waiting), "done")
    assert.equal(waiting.action, "see-failure")
    assert.deepEqual(await submissions(), ["report accepted"])
    assert.notEqual(waiting.report?.impression, "", "read beside its verdict")
    for (const kind of ["pdf", "cda"] as const)
      await assert.rejects(sides.edge.staff.document(CLERK, waiting.reportId!, kind), {
        code: "ERR_NOT_FOUND",
      })
    const { reportId } = waiting.report!
    await assert.rejects(sides.edge.staff.acknowledge(CLERK, requestId, [reportId]), {
      code: "ERR_REPORT_STATE",
    })

    believes((trust) => trust)
    await sides.settle(DAY_MS)
    const held = await detail()
    assert.equal(held.verdict, "valid")
    assert.equal(held.reportId, waiting.reportId, "the same report")
    assert.ok((await sides.edge.staff.document(CLERK, held.reportId!, "pdf")).length > 0)
    assert.equal(reported(held), "done")
    assert.deepEqual(await submissions(), ["report verified", "receipt accepted"])
  })

  it("says what evidence it needs, and is judged at once when that comes", async () => {
    believes((trust) => ({ ...trust, crls: [] }))
    await sides.settle()
    assert.equal((await detail()).verdict, "indeterminate")
    const wanted = sides.trust.edge.wanted.map(([leaf]) => leaf?.cRLDistributionPoints ?? [])
    assert(wanted.some((urls) => urls.length > 0))
    believes((trust) => trust)
    await sides.settle()
    assert.equal((await detail()).verdict, "indeterminate")
    assert.equal(await judgeAgain(sides.edge.world), 1)
    await sides.settle()
    assert.equal((await detail()).verdict, "valid")
  })

  it("that does not hold gives neither text, nor receipt, nor a station reached", async () => {
    believes((trust) => ({ ...trust, anchors: [] }))
    await sides.settle(DAY_MS)
    const refused = await detail()
    assert.equal(refused.verdict, "invalid")
    assert.equal(refused.report?.impression, "")
    assert.equal(refused.action, "see-failure")
    assert.equal(reported(refused), "fail")
    assert.deepEqual(await submissions(), ["report failed"])
    const { reportId } = refused.report
    await assert.rejects(sides.edge.staff.acknowledge(CLERK, requestId, [reportId]), {
      code: "ERR_REPORT_STATE",
    })
  })

  it("that cannot be judged yet keeps an addendum waiting", async () => {
    const reports = async (): Promise<string[]> =>
      (await submissions()).filter((each) => each.startsWith("report"))
    believes((trust) => ({ ...trust, crls: [] }))
    await sides.settle(HOUR_MS)
    await append(sides.center, requestId, "追記")
    await sides.settle(HOUR_MS)
    assert.deepEqual((await detail()).addenda, [])
    believes((trust) => trust)
    await sides.settle(HOUR_MS)
    assert.deepEqual(await reports(), ["report verified", "report verified"])
    assert.equal((await detail()).addenda.length, 1)
  })

  it("that does not hold gets no addendum, though that is signed well", async () => {
    believes((trust) => ({ ...trust, anchors: [] }))
    await sides.settle(HOUR_MS)
    believes((trust) => trust)
    await append(sides.center, requestId, "追記")
    await sides.settle(HOUR_MS)
    const all = await sides.edge.ledger.submissionsOf({ requestId, kind: "report" })
    assert.deepEqual(
      all.map(({ state, failureCode }) => [state, failureCode]),
      [
        ["failed", "ERR_REPORT_SIGNATURE"],
        ["failed", "ERR_REPORT_VERSION"],
      ],
    )
    assert.deepEqual((await detail()).addenda, [])
  })

  it("that waits for a newer list is shown, and is valid when the list is there; 受領 stays", async () => {
    believes((trust) => ({ ...trust, newerCrl: "required" }))
    await sides.settle(DAY_MS)
    assert.equal((await detail()).verdict, "valid-pending")
    await acknowledge(sides.edge, requestId)

    await newerLists(false)
    await sides.settle(DAY_MS)
    const held = await detail()
    assert.equal(held.verdict, "valid")
    assert.notEqual(held.acknowledgement, null)
    assert.deepEqual(await submissions(), ["report verified", "receipt accepted"], "one receipt")
    const open = (await sides.edge.ledger.dueJobs("9999", 9)).filter(({ verb }) => verb === "verify")
    assert.deepEqual(open, [])
  })

  it("that a newer list takes away is shown no longer, and a person is told", async () => {
    believes((trust) => ({ ...trust, newerCrl: "required" }))
    await sides.settle(DAY_MS)
    await newerLists(true)
    await sides.settle(DAY_MS)
    const fallen = await detail()
    assert.equal(fallen.verdict, "invalid")
    assert.equal(fallen.report?.impression, "")
    assert.equal(fallen.action, "see-failure")
  })

  it("stays refused at the reading centre, though the receipt it got before comes after the refusal", async () => {
    believes((trust) => ({ ...trust, newerCrl: "required" }))
    sides.line.fault = (kind) => (kind === "receipt" ? "busy" : null)
    await sides.settle(HOUR_MS)
    await newerLists(true)
    const sent = async (): Promise<string | undefined> =>
      (await sides.center.ledger.submissionsOf({ requestId })).find(({ kind }) => kind === "report")?.state
    await sides.settle(HOUR_MS)
    assert.equal(await sent(), "failed")
    sides.line.fault = () => null
    await sides.settle(DAY_MS)
    const came = (await sides.center.ledger.submissionsOf({ requestId })).map(
      ({ direction, kind, state }) => `${direction} ${kind} ${state}`,
    )
    assert.ok(came.includes("in receipt verified") && came.includes("in refusal verified"), came.join())
    assert.equal(await sent(), "failed")
  })

  const outcomeOf = (of: StaffDetail, name: string): string | undefined =>
    of.signature?.tests.find((test) => test.name === name)?.outcome

  it("is the author's: names are compared without width and spaces", async () => {
    await sides.settle()
    const { signature } = await detail()
    assert.equal(signature?.holderJapanese, "放射\u3000太郎")
    assert.equal(READER.name, "放射 太郎")
    assert.equal(outcomeOf(await detail(), "signer-is-author"), "pass")
  })

  it("of a reader the agreement does not name is none", async () => {
    const { agreements } = sides.edge
    const certificate = await signerOf()
    const named = (name: string, spkiSha256: string) => [
      { ...agreements[0]!, readers: [{ name, spkiSha256 }] },
    ]
    const key = pinOf(certificate)
    for (const [readers, outcome] of [
      [named("放射　太郎", key), "pass"],
      [named("Taro HOSHA", key), "pass"],
      [named("別人 花子", key), "fail"],
      [named("放射 太郎", "0".repeat(64)), "fail"],
    ] as const) {
      const signed = { report: { reader: AUTHOR }, legalAuthenticator: AUTHOR } as unknown as SignedReport
      const tests = judgeSigner(verificationOf(certificate), readers[0]!, signed).tests
      assert.equal(tests.find(({ name }) => name === "signer-agreed")?.outcome, outcome)
    }
  })

  it("of an author who does not answer for the text is none", async () => {
    const { agreements } = sides.edge
    const verification = verificationOf(await signerOf())
    const judged = (reader: Reader, legalAuthenticator: Reader | null): string => {
      const signed = { report: { reader }, legalAuthenticator } as unknown as SignedReport
      return judgeSigner(verification, agreements[0]!, signed).outcome
    }
    const other = { ...AUTHOR, id: "reader2", name: "読影 花子" }
    assert.equal(judged(AUTHOR, AUTHOR), "valid")
    assert.equal(judged({ ...AUTHOR, name: "Taro Hosha" }, AUTHOR), "valid")
    for (const [reader, authenticator] of [
      [other, other],
      [AUTHOR, other],
      [other, AUTHOR],
      [AUTHOR, null],
      [{ ...AUTHOR, name: "" }, AUTHOR],
    ] as const)
      assert.equal(judged(reader, authenticator), "invalid")
  })

  it("is not made with a certificate of another name than the reader's", async () => {
    const requestId = await enter(sides.edge, requestFor("P2", "R-2"))
    await storeAll(sides.edge, study("P2", 1))
    await sides.settle()
    const borrowed = { ...READER, id: "p-borrower", name: "読影 花子" }
    await assert.rejects(writeAndSign(sides.center, requestId, DRAFT, borrowed), {
      code: "ERR_SIGN_CERTIFICATE",
    })
  })

  /** Lists issued after the signature, as the authorities publish them. */
  async function newerLists(isRevoked: boolean): Promise<void> {
    const { authorities, reader } = await certificates()
    const issued = sides.time.peek()
    const { lists } = sides.trust.edge
    for (const name of ["seal", "hpkiRoot", "tsaRoot"] as const)
      lists.set(name, list(authorities[name], issued))
    const revoked = isRevoked ? [reader] : []
    lists.set("signature", list(authorities.signature, issued, revoked, days(START, -1)))
  }
})
