/** Self-tests for who begins one: what was reached when, by what ledger and spool say; and the end. */
import { audit } from "../audit.ts"
import { plan } from "../assemble/release.ts"
import { current, found } from "../desk-guards.ts"
import { DeskError } from "../errors.ts"
import { uuid } from "../ids.ts"
import { agreementInForce, agreementOf } from "../keep.ts"
import { isLive } from "../live-slot.ts"
import { isSealing } from "../packaging.ts"
import type { SelfTestDesk } from "../ports/self-test.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import { due } from "../run.ts"
import type { SelfTestStage, SelfTestView } from "../views/self-test.ts"
import type { Verdict } from "../views/verdict.ts"
import type { World } from "../world.ts"
import { endOfTest } from "./end-self-test.ts"
import { PHANTOM_TERM_MS, submissionsOfTest } from "./phantom.ts"
import { judgedPhantomReport } from "./phantom-report.ts"

export function selfTestDesk(world: World): SelfTestDesk {
  return {
    begin: (user, agreement) => begin(world, user, agreement),
    look: async (id) => {
      const { sent, came } = await partsOf(world, id)
      return viewOf(world, id, sent, came)
    },
    end: (id, user) => world.locks.with(id, () => current(() => end(world, id, user))),
  }
}

async function begin(world: World, user: string, name: string): Promise<{ readonly id: string }> {
  const agreement = agreementInForce(world, name)
  if (agreement === null) throw new DeskError("ERR_NOT_FOUND", `no agreement ${name} is in force`)
  if (!isSealing(agreement) || !agreement.accepts.includes("phantom"))
    throw new DeskError("ERR_NOT_ALLOWED", `agreement ${name} has no phantom under accepts`)
  const id = uuid(world.chance)
  const slotId = await world.spool.createSlot("documents")
  const record: SubmissionRecord = {
    ...plan(world, { kind: "phantom", agreement: agreement.id, slotId }),
    requestId: id,
  }
  const now = world.clock.now()
  await world.ledger.commit([
    { put: "submission", record },
    due("package", record.id, now),
    due("expire", id, new Date(now.getTime() + PHANTOM_TERM_MS)),
    audit(`self-test/${id}/begun`, {
      event: "node-tested",
      outcome: "success",
      at: now.toISOString(),
      user,
      objectId: agreement.id,
      description: "self-test begun: a phantom is sent",
    }),
  ])
  return { id }
}

async function partsOf(
  world: World,
  id: string,
): Promise<{ readonly sent: SubmissionRecord; readonly came: SubmissionRecord | null }> {
  const all = await submissionsOfTest(world, id)
  const sent = found(
    all.find(({ kind, direction }) => kind === "phantom" && direction === "out"),
    "self-test",
  )
  const came = all.find(({ kind, direction }) => kind === "phantom-report" && direction === "in")
  return { sent, came: came ?? null }
}

async function viewOf(
  world: World,
  id: string,
  sent: SubmissionRecord,
  came: SubmissionRecord | null,
): Promise<SelfTestView> {
  const signature = came === null ? null : await signatureOf(world, came)
  const stages = [sealed(sent), taken(sent), answered(sent, came), await judged(world, came, signature)]
  const isFailed = stages.some(({ state }) => state === "failed")
  return {
    id,
    agreement: sent.agreement,
    beganAt: sent.createdAt,
    stages: stages.map((each, index) => ({ ...each, state: turn(stages, index) })),
    outcome: isFailed ? "failed" : stages.every(({ state }) => state === "done") ? "passed" : "running",
    signature,
  }
}

/** The first that is not done is the one that is waited for. */
function turn(stages: readonly SelfTestStage[], index: number): SelfTestStage["state"] {
  const { state } = stages[index] ?? { state: "todo" }
  return state === "todo" && stages.slice(0, index).every((each) => each.state === "done") ? "now" : state
}

const isMade = ({ submissionSetUid }: SubmissionRecord): boolean => submissionSetUid !== ""

function sealed(sent: SubmissionRecord): SelfTestStage {
  const { failureCode, private: secret } = sent
  if (isMade(sent)) return { name: "sealed", state: "done", at: instantOf(secret.submission), code: null }
  return { name: "sealed", state: sent.state === "failed" ? "failed" : "todo", at: null, code: failureCode }
}

/** `YYYYMMDDhhmmss` in UTC, as ISO 8601; null once the slot is gone. */
function instantOf(submission: SubmissionRecord["private"]["submission"]): string | null {
  const digits = submission?.submissionSet.submissionTime ?? ""
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(digits) ?? []
  const [year = "", month = "", day = "", ...time] = parts
  return year === "" ? null : `${year}-${month}-${day}T${time.join(":")}.000Z`
}

function taken(sent: SubmissionRecord): SelfTestStage {
  const { acceptedAt, failureCode, state } = sent
  if (acceptedAt !== null) return { name: "taken", state: "done", at: acceptedAt, code: null }
  const isFailed = state === "failed" && isMade(sent)
  return {
    name: "taken",
    state: isFailed ? "failed" : "todo",
    at: null,
    code: isMade(sent) ? failureCode : null,
  }
}

function answered(sent: SubmissionRecord, came: SubmissionRecord | null): SelfTestStage {
  if (came !== null) return { name: "answered", state: "done", at: came.acceptedAt, code: null }
  const isOver = sent.state === "failed" && sent.acceptedAt !== null
  return {
    name: "answered",
    state: isOver ? "failed" : "todo",
    at: null,
    code: isOver ? sent.failureCode : null,
  }
}

async function judged(
  world: World,
  came: SubmissionRecord | null,
  signature: Verdict | null,
): Promise<SelfTestStage> {
  const name = "judged"
  if (came === null) return { name, state: "todo", at: null, code: null }
  if (came.state === "failed") return { name, state: "failed", at: null, code: came.failureCode }
  if (came.state === "verified") return { name, state: "done", at: came.verifiedAt, code: null }
  const [job] = await world.ledger.jobsOf(came.id)
  const isUndecided = signature?.outcome === "indeterminate"
  return {
    name,
    state: "todo",
    at: null,
    code: isUndecided ? "ERR_REPORT_SIGNATURE" : (job?.failureCode ?? null),
  }
}

/** Of the report on the phantom, as it is judged now; null once it is destroyed. */
async function signatureOf(world: World, came: SubmissionRecord): Promise<Verdict | null> {
  const agreement = agreementOf(world, came.agreement)
  if (agreement === null || !isLive(world, came.slotId)) return null
  const documents = await world.ledger.documents(came.id)
  return (await judgedPhantomReport(world, agreement, documents)).verdict
}

async function end(world: World, id: string, user: string): ReturnType<SelfTestDesk["end"]> {
  const { sent, came } = await partsOf(world, id)
  const { stages, outcome } = await viewOf(world, id, sent, came)
  const { changes, destruction } = await endOfTest(world, id, await submissionsOfTest(world, id))
  const at = world.clock.now().toISOString()
  const broke = stages.find(({ state }) => state !== "done")
  await world.ledger.commit([
    ...changes,
    audit(`self-test/${id}/ended`, {
      event: "node-tested",
      outcome: outcome === "passed" ? "success" : "minor",
      at,
      user,
      objectId: sent.agreement,
      description:
        outcome === "passed"
          ? "self-test passed: the report on the phantom is signed and holds"
          : `self-test not passed: ${broke?.name ?? ""} ${broke?.code ?? ""}`.trim(),
    }),
  ])
  return destruction === null ? null : { objects: destruction.objects, at: destruction.at }
}
