/**
 * One study's whole loop by people who do not give up, and what must be so at each of its stations, whatever went wrong on
 * the way: nothing acknowledged is lost, nothing is there twice.
 */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import type { SubmissionRecord } from "../../gateway/journey/records/submission.ts"
import type { VerdictOutcome } from "../../gateway/journey/views/verdict.ts"
import type { SmallStudy } from "../peers/dicom-study.ts"
import type { Gateway } from "./gateway.ts"
import { acknowledge, attempt, CLERK, DRAFT, enter, READER, report, requestFor, storeAll } from "./people.ts"
import { DAY_MS, type TwoSides } from "./world.ts"

/** What one submission leaves at the reading centre beside images: set signature, and manifest and request, or announcement. */
const BESIDE = { whole: 3, unit: 2, closing: 4 } as const
/** Long enough for every retry. */
const PATIENCE_MS = 3 * 60 * 60 * 1000

/**
 * @param perUnit how many of the images each unit of it brings; 0 = it leaves whole
 * @param again a copy may arrive when its receipt was given long ago, and is answered with another, as to a sender that lost it
 */
export async function walkLoop(
  sides: TwoSides,
  study: SmallStudy,
  perUnit = 0,
  again: "none" | "receipts" = "none",
): Promise<void> {
  const { edge, center } = sides
  const requestId = await enter(edge, requestFor(study.PatientID, `R-${study.PatientID}`))
  await storeAll(edge, study)
  await sides.settle(PATIENCE_MS)
  await checkStudy(sides, study, requestId)
  await report(center, requestId)
  await sides.settle(PATIENCE_MS)
  await checkReport(sides, requestId)
  await acknowledge(edge, requestId)
  await sides.settle(PATIENCE_MS)
  await checkAcknowledged(sides, requestId)
  await sides.settle(40 * DAY_MS)
  const units = perUnit === 0 ? 0 : Math.ceil(study.instances.length / perUnit)
  await checkExpired(sides, study, requestId, units)
  await checkSubmissions(sides, requestId, units, again)
  checkAttempts(sides)
  await checkSpools(sides)
}

/** Every question a check asks may itself meet a crash. */
async function ask<T>(gateway: Gateway, question: () => Promise<T>): Promise<T> {
  for (let tries = 0; tries < 5; tries++) {
    if (gateway.isDead) await gateway.open()
    const answer = await attempt(gateway, question)
    if (answer !== null) return answer
  }
  throw new Error("no answer", { cause: gateway.failures.at(-1)?.error })
}

const sorted = (texts: readonly string[]): string[] => [...texts].sort()

/** A STAT study and a report leave without a stamp on their seal where no authority answers. */
function checkSeal({ unanswered }: TwoSides["tsa"], outcome: VerdictOutcome | null | undefined): void {
  const right = unanswered === 0 ? ["valid"] : ["valid", "valid-pending"]
  assert.ok(right.includes(outcome ?? ""), `seal ${outcome ?? ""}`)
}

async function checkStudy(
  { edge, center, tsa }: TwoSides,
  study: SmallStudy,
  requestId: string,
): Promise<void> {
  const sent = sorted(
    study.instances.map(({ dataSet }) => createHash("sha256").update(dataSet).digest("hex")),
  )
  for (const gateway of [edge, center]) {
    const records = await ask(gateway, () => gateway.ledger.studiesByUid(study.StudyInstanceUID))
    assert.equal(records.length, 1, `one study at the ${gateway.side}`)
    const instances = await ask(gateway, () => gateway.ledger.instances(records[0]!.id))
    assert.deepEqual(
      sorted(instances.map((each) => each.sha256DataSet)),
      sent,
      `images at the ${gateway.side}`,
    )
    assert.ok(instances.every((each) => !each.conflict))
    assert.equal(records[0]!.instances, sent.length, `counted at the ${gateway.side}`)
    assert.equal(records[0]!.late, 0)
  }
  assert.equal((await ask(edge, () => edge.ledger.studiesByUid(study.StudyInstanceUID)))[0]!.state, "closed")
  const cases = await ask(center, () => center.reading.worklist(READER))
  assert.deepEqual(
    cases.map((each) => [each.requestId, each.state, each.patient.PatientID]),
    [[requestId, "ready", study.PatientID]],
  )
  checkSeal(tsa, cases[0]?.verification)
}

async function checkReport({ edge, tsa }: TwoSides, requestId: string): Promise<void> {
  const detail = await ask(edge, () => edge.staff.request(CLERK, requestId))
  assert.equal(detail.report?.impression, DRAFT.impression)
  assert.equal(detail.signature?.outcome, "valid")
  checkSeal(tsa, detail.seal?.outcome)
  assert.deepEqual(
    detail.versions.map(({ version, status, verdict }) => [version, status, verdict]),
    [[1, "final", "valid"]],
  )
  assert.equal(detail.action, "acknowledge")
}

async function checkAcknowledged({ edge, center }: TwoSides, requestId: string): Promise<void> {
  const detail = await ask(edge, () => edge.staff.request(CLERK, requestId))
  assert.notEqual(detail.acknowledgement?.toldCenterAt ?? null, null)
  assert.deepEqual(
    detail.way.map(({ state }) => state),
    ["done", "done", "done", "done", "done", "done", "skip", "skip"],
  )
  const [item] = await ask(center, () => center.reading.worklist(READER))
  assert.equal(item?.way.find(({ name }) => name === "acknowledged")?.state, "done")
  assert.equal(item.state, "completed")
}

async function checkExpired(
  { edge, center }: TwoSides,
  study: SmallStudy,
  requestId: string,
  units: number,
): Promise<void> {
  const beside = units === 0 ? BESIDE.whole : units * BESIDE.unit + BESIDE.closing
  const objects = study.instances.length + beside
  const { deletions } = await ask(edge, () => edge.staff.request(CLERK, requestId))
  assert.deepEqual(
    deletions.map(({ certificate, objects, compared }) => [certificate, objects, compared.length]),
    [["valid", objects, units + 1]],
    "one certificate, with every object",
  )
  const compared = deletions[0]!.compared
  assert.ok(compared.every(({ missing, foreign }) => missing === 0 && foreign === 0))
  assert.equal(
    compared.reduce((sum, { named }) => sum + named, 0),
    objects,
    "named as they were sent",
  )
  for (const gateway of [edge, center]) {
    const left = await ask(gateway, () => gateway.ledger.studies(10))
    assert.deepEqual(left, [], `no study is kept at the ${gateway.side}`)
  }
  const cases = await ask(center, () => center.reading.worklist(READER))
  assert.deepEqual(
    cases.map((each) => [each.state, each.notices]),
    [["completed", [{ code: "images-gone", reason: null }]]],
  )
}

/** Once each, and each at its end. */
async function checkSubmissions(
  { edge, center }: TwoSides,
  requestId: string,
  units: number,
  again: "none" | "receipts",
): Promise<void> {
  const told = ({ kind, direction, state }: SubmissionRecord): string => `${direction} ${kind} ${state}`
  const list = async (gateway: Gateway): Promise<string[]> => {
    const all = sorted((await ask(gateway, () => gateway.ledger.submissionsOf({ requestId }))).map(told))
    return again === "none" ? all : all.filter((line, n) => !line.includes("receipt") || line !== all[n - 1])
  }
  assert.deepEqual(await list(edge), [
    "in certificate verified",
    "in receipt verified",
    "in report verified",
    "out acknowledgement accepted",
    "out receipt accepted",
    "out study verified",
    ...Array<string>(units).fill("out unit verified"),
  ])
  assert.deepEqual(await list(center), [
    "in acknowledgement verified",
    "in receipt verified",
    "in study verified",
    ...Array<string>(units).fill("in unit verified"),
    "out certificate accepted",
    "out receipt accepted",
    "out report verified",
  ])
  for (const gateway of [edge, center]) {
    const jobs = await ask(gateway, () => gateway.ledger.dueJobs("9999", 10))
    const open = jobs.filter((job) => job.verb !== "expire")
    assert.deepEqual(open, [], `nothing is left to do at the ${gateway.side}`)
  }
}

/** A retry is the same to the last bit. */
export function checkAttempts({ line }: TwoSides): void {
  const sent = line.attempts.filter(({ sha256 }) => sha256 !== "")
  for (const [uid, attempts] of Map.groupBy(sent, (each) => each.submissionSetUid))
    assert.equal(new Set(attempts.map(({ sha256 }) => sha256)).size, 1, `attempts of ${uid} differ`)
}

/** After a start everything that lies in a spool belongs to something, and every slot to somebody. */
export async function checkSpools({ edge, center }: TwoSides): Promise<void> {
  for (const gateway of [edge, center]) {
    await gateway.open()
    const strays: string[] = []
    for await (const { place, facts } of gateway.spool.scan())
      if (!(await gateway.ledger.knows(place.objectId, facts.kind))) strays.push(facts.kind)
    assert.deepEqual(strays, [], `strays at the ${gateway.side}`)
    // The start itself may be what the disk fails at: a mark that was not written is told, and nothing is lost by it.
    assert.deepEqual(
      gateway.spool.rot.filter(({ what }) => what !== "slot-mended" && what !== "mark"),
      [],
    )
    assert.equal(
      gateway.spool.slots.length,
      2,
      `slots at the ${gateway.side}: the request's, the certificate's`,
    )
  }
}
