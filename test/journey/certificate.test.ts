import assert from "node:assert/strict"
import type { CertificateRecord } from "../../gateway/journey/records/certificate.ts"
import type { Change } from "../../gateway/journey/records/ledger.ts"
import { CONTENTS } from "../../gateway/journey/submit/submissions.ts"
import { readWhole } from "../../gateway/journey/read-whole.ts"
import {
  readDeletionCertificate,
  type DeletionCertificate,
} from "../../gateway/standards/notice/deletion-certificate.ts"
import type { Gateway } from "./gateway.ts"
import { acknowledge, CLERK, enter, report, requestFor, storeAll, study } from "./people.ts"
import { DAY_MS, TwoSides } from "./world.ts"

const IMAGES = study("P1", 2)
const TERMS = {
  retention: { imagesMs: 5 * DAY_MS, reportsMs: 60 * DAY_MS, certificatesMs: 200 * DAY_MS },
}

describe("a deletion certificate", function () {
  this.timeout(30_000)
  let sides: TwoSides
  let requestId: string
  beforeEach(async () => {
    sides = await TwoSides.open({ agreement: TERMS })
    requestId = await enter(sides.edge, requestFor("P1", "R1"))
    await storeAll(sides.edge, IMAGES)
    await sides.settle()
    await report(sides.center, requestId)
    await sides.settle()
    await acknowledge(sides.edge, requestId)
    await sides.settle()
  })
  afterEach(() => sides.close())

  /** As they came to the hospital, oldest first. */
  async function came(): Promise<DeletionCertificate[]> {
    const read: DeletionCertificate[] = []
    const submissions = await sides.edge.ledger.submissionsOf({ requestId })
    for (const { id } of submissions.filter(({ kind }) => kind === "certificate")) {
      const [document] = await sides.edge.ledger.documents(id)
      read.push(readDeletionCertificate(await readWhole(sides.edge.spool, document!.place)))
    }
    return read
  }
  const deleted = async (gateway: Gateway): Promise<unknown[]> =>
    (await gateway.audited())
      .filter(({ event }) => event.event === "study-deleted" || event.event === "report-deleted")
      .map(({ event }) => [event.event, event.outcome, event.StudyInstanceUID])

  it("names every object by the id and the SHA-256 its sender knows, and no name of anybody", async () => {
    const sent = (await sides.edge.ledger.submissionsOf({ requestId })).find(({ kind }) => kind === "study")!
    const documents = await sides.edge.ledger.documents(sent.id)
    await sides.settle(10 * DAY_MS)
    const [said] = await came()
    assert.deepEqual(
      said?.submissions.map(({ uniqueId }) => uniqueId),
      [sent.submissionSetUid],
    )
    const objects = said.submissions[0]!.objects
    assert.deepEqual(objects.map(({ sha256 }) => sha256).sort(), documents.map(({ sha256 }) => sha256).sort())
    for (const { SOPInstanceUID } of IMAGES.instances)
      assert.ok(
        objects.some(({ id }) => id === SOPInstanceUID),
        SOPInstanceUID,
      )
    const inside = JSON.stringify([
      said,
      (await sides.edge.ledger.submissionsOf({ requestId })).at(-1)?.private.submission,
    ])
    for (const name of ["山田", "Yamada", "やまだ"]) assert.ok(!inside.includes(name))
  })

  it("is compared with what was sent: what it leaves out and what it adds is told", async () => {
    const commit = sides.center.ledger.commit.bind(sides.center.ledger)
    const other = { id: "1.2.3.4", sha256: "e".repeat(64) }
    Object.assign(sides.center.ledger, {
      commit: (changes: readonly Change[]) =>
        commit(
          changes.map((each) => {
            if (!("put" in each) || each.put !== "certificate") return each
            const [first, ...more] = each.record.private.submissions
            const bent = [{ ...first!, objects: [other, ...first!.objects.slice(1)] }, ...more]
            return {
              ...each,
              record: { ...each.record, private: { ...each.record.private, submissions: bent } },
            }
          }),
        ),
    })
    await sides.settle(10 * DAY_MS)
    const [deletion] = (await sides.edge.staff.request(CLERK, requestId)).deletions
    assert.deepEqual(
      deletion?.compared.map(({ named, missing, foreign }) => [named, missing, foreign]),
      [[5, 1, 1]],
    )
  })

  it("has an id of our own, whatever its sender calls its submission: nothing of ours is replaced", async () => {
    const [requestTerm] = await sides.edge.ledger.jobsOf(requestId)
    const named = Buffer.from(BigInt(requestId.slice("2.25.".length)).toString(16).padStart(32, "0"), "hex")
    const chance = sides.center.world.chance
    const bytes = chance.bytes.bind(chance)
    sides.center.contents = {
      ...CONTENTS,
      certificate: async (...asked) => {
        const made = await CONTENTS.certificate(...asked)
        chance.bytes = (length) => {
          if (length !== named.length) return bytes(length)
          chance.bytes = bytes
          return named
        }
        return made
      },
    }
    await sides.settle(10 * DAY_MS)
    const submissions = await sides.edge.ledger.submissionsOf({ requestId })
    const taken = submissions.find(({ kind }) => kind === "certificate")
    assert.deepEqual([taken?.submissionSetUid, taken?.state], [requestId, "verified"])
    assert.deepEqual(
      await sides.edge.ledger.jobsOf(requestId),
      [requestTerm],
      "the request's own term stands",
    )
    const [kept] = await sides.edge.ledger.certificates(10)
    assert.notEqual(kept?.id, requestId)
    assert.equal(kept?.verdict?.outcome, "valid")
  })

  /** The centre states something else than it did. */
  function bendAccount(bent: (account: CertificateRecord) => CertificateRecord): void {
    sides.center.contents = {
      ...CONTENTS,
      certificate: (world, record, agreement) => {
        const certificate = async (id: string): Promise<CertificateRecord> =>
          bent((await world.ledger.certificate(id))!)
        return CONTENTS.certificate({ ...world, ledger: { ...world.ledger, certificate } }, record, agreement)
      },
    }
  }
  const bentCertificates: Readonly<Record<string, (account: CertificateRecord) => CertificateRecord>> = {
    "of another study": (account) => ({
      ...account,
      private: { ...account.private, StudyInstanceUID: "1.2.3.999" },
    }),
    "of another request": (account) => ({
      ...account,
      private: { ...account.private, requestNumber: "R2" },
    }),
    "of a destruction that is still to come": (account) => ({
      ...account,
      destruction: { ...account.destruction!, at: "2099-01-01T00:00:00.000Z" },
    }),
  }
  for (const [what, bent] of Object.entries(bentCertificates))
    it(`${what} is kept and proves nothing: it takes no effect`, async () => {
      bendAccount(bent)
      await sides.settle(10 * DAY_MS)
      const submissions = await sides.edge.ledger.submissionsOf({ requestId })
      assert.equal(submissions.find(({ kind }) => kind === "certificate")?.state, "failed")
      assert.deepEqual((await sides.edge.staff.request(CLERK, requestId)).deletions, [])
    })

  it("is compared with nothing that went for another request", async () => {
    const other = study("P2", 1)
    const second = await enter(sides.edge, requestFor("P2", "R2"))
    await storeAll(sides.edge, other)
    await sides.settle()
    const foreign = (await sides.edge.ledger.submissionsOf({ requestId: second })).find(
      ({ kind }) => kind === "study",
    )!
    const objects = (await sides.edge.ledger.documents(foreign.id)).map(({ uniqueId, sha256 }) => ({
      id: uniqueId,
      sha256,
    }))
    bendAccount((account) => ({
      ...account,
      private: {
        ...account.private,
        submissions: [{ uniqueId: foreign.submissionSetUid, objects: objects.slice(0, 1) }],
      },
    }))
    await sides.settle(10 * DAY_MS)
    const [deletion] = (await sides.edge.staff.request(CLERK, requestId)).deletions
    assert.deepEqual(
      deletion?.compared.map((each) => [each.named, each.missing, each.foreign]),
      [
        [1, 0, 1],
        [0, 5, 0],
      ],
      "what it names was never sent here, and what was sent it does not name",
    )
  })

  it("is made for the texts as well, by the same procedure, and comes also when the hospital's own are gone", async () => {
    await sides.settle(100 * DAY_MS)
    const [images, texts] = await came()
    assert.deepEqual([images?.what, texts?.what], ["images", "texts"])
    assert.equal(texts?.readBack, true)
    const named = texts.submissions.flatMap(({ objects }) => objects).length
    assert.equal(named, texts.counts.objects, "reports, signatures, receipts, acknowledgement")
    assert.deepEqual(
      (await sides.edge.staff.certificates(CLERK)).map(({ what, certificate, requestNumber }) => [
        what,
        certificate,
        requestNumber,
      ]),
      [
        ["texts", "valid", "R1"],
        ["images", "valid", "R1"],
      ],
      "and the hospital's staff can read them when the request is no longer listed",
    )
    const kept = await sides.edge.ledger.certificates(10)
    assert.deepEqual(
      kept.map(({ what, verdict }) => [what, verdict?.outcome]),
      [
        ["texts", "valid"],
        ["images", "valid"],
      ],
    )
    assert.ok(kept.every(({ compared }) => compared.every(({ missing, foreign }) => missing + foreign === 0)))
    for (const gateway of [sides.edge, sides.center])
      assert.deepEqual(await deleted(gateway), [
        ["study-deleted", "minor", IMAGES.StudyInstanceUID],
        ["study-deleted", "success", IMAGES.StudyInstanceUID],
        ["report-deleted", "minor", IMAGES.StudyInstanceUID],
        ["report-deleted", "success", IMAGES.StudyInstanceUID],
      ])
  })

  it("has a term of its own, and then goes too", async () => {
    await sides.settle(400 * DAY_MS)
    for (const gateway of [sides.edge, sides.center]) {
      assert.deepEqual(await gateway.ledger.certificates(10), [])
      assert.deepEqual(gateway.spool.slots, [])
      assert.deepEqual(await gateway.ledger.dueJobs("9999", 10), [])
    }
  })

  it("is never made of a key that did not read back as zero, and made once when it did", async () => {
    const { spool } = sides.center.world
    const destroy = spool.destroySlot.bind(spool)
    let unread = 3
    Object.assign(spool, {
      destroySlot: async (slotId: string) => {
        const done = await destroy(slotId)
        return unread-- > 0 ? { ...done, readBack: false } : done
      },
    })
    await sides.settle(10 * DAY_MS)
    assert.ok(
      sides.center.failures.some(({ error }) => (error as { code?: string }).code === "ERR_SPOOL_WRITE"),
    )
    const said = await came()
    assert.deepEqual(
      said.map(({ readBack, counts, submissions }) => [
        readBack,
        counts.objects,
        submissions[0]?.objects.length,
      ]),
      [[true, 5, 5]],
      "with what there was before the first try",
    )
    const outcomes = (await deleted(sides.center)) as [string, string, string][]
    assert.deepEqual(
      outcomes.map(([, outcome]) => outcome),
      ["minor", "success"],
    )
  })
})
