import assert from "node:assert/strict"
import { assertedIn, securityHeader } from "../../gateway/journey/asserted.ts"
import { KeyError, SubmissionError } from "../../gateway/journey/errors.ts"
import type { SubmissionHandler } from "../../gateway/journey/ports/inbound.ts"
import type { AssertedUser, DocumentSource } from "../../gateway/journey/ports/outside.ts"
import type { SubmissionRecord } from "../../gateway/journey/records/submission.ts"
import { submit } from "../../gateway/journey/submit/submit.ts"
import { SecurityFault } from "../../gateway/standards/soap/fault.ts"
import { AT_CENTER, CENTER, HOSPITAL } from "./agreements.ts"
import { Line } from "./line.ts"
import { acknowledge, CLERK, enter, READER, report, requestFor, storeAll, study } from "./people.ts"
import { MINUTE_MS, TwoSides } from "./world.ts"

/** A line on which each side looks at what the other says of who acts, as its door does. */
class SpokenLine {
  readonly inner = new Line()
  /** By kind: every Security header that was sent. */
  readonly spoken: (readonly [kind: string, header: string | null])[] = []
  sides: TwoSides | null = null

  source(door: () => SubmissionHandler, asPartner: string): DocumentSource {
    let asserted: AssertedUser | null = null
    const inner = this.inner.source(
      () => ({ begin: (peer, ...rest) => door().begin({ ...peer, asserted }, ...rest) }),
      asPartner,
    )
    return {
      provideAndRegister: async (...call) => {
        const [agreement, submission, documents, messageId, progress, begin] = call
        const header = (await begin?.()) ?? null
        this.spoken.push([submission.submissionSet.contentTypeCode!.code, header])
        const { world } = asPartner === AT_CENTER.id ? this.sides!.center : this.sides!.edge
        try {
          asserted = assertedIn(world, asPartner, header === null ? [] : [header])
        } catch (cause) {
          throw new SubmissionError("ERR_SUBMISSION_REFUSED", String(cause), { cause })
        }
        return inner.provideAndRegister(agreement, submission, documents, messageId, progress)
      },
    }
  }
}

async function openSides(xua: "off" | "send" | "demand") {
  const line = new SpokenLine()
  const sides = await TwoSides.open({ between: line, agreement: { xua } })
  line.sides = sides
  return { line, sides }
}

const users = async (gateway: TwoSides["edge"], event: "export" | "import"): Promise<string[]> =>
  (await gateway.audited())
    .filter((each) => each.event.event === event && each.event.outcome === "success")
    .map((each) => each.event.asserted?.userName ?? "-")

const [hospital, center] = [`urn:oid:${HOSPITAL.oid}`, `urn:oid:${CENTER.oid}`]
const clerk = `<${CLERK.login}@${hospital}>`

describe("Who acts, as gateways say it to each other", function () {
  this.timeout(60_000)

  it("stands with every message, and in the audit trails of both ends alike", async () => {
    const { line, sides } = await openSides("demand")
    try {
      const requestId = await enter(sides.edge, requestFor("P1", "R-1"))
      await storeAll(sides.edge, study("P1", 1))
      await sides.settle()
      await report(sides.center, requestId)
      await sides.settle()
      await acknowledge(sides.edge, requestId)
      await sides.settle()
      assert.deepEqual(
        line.spoken.filter(([, header]) => header === null),
        [],
      )
      const out = await users(sides.edge, "export")
      assert.deepEqual(out, await users(sides.center, "import"))
      assert.deepEqual(out, [clerk, `<${hospital}@${hospital}>`, clerk], "study, receipt, acknowledgement")
      const home = await users(sides.center, "export")
      assert.deepEqual(home, await users(sides.edge, "import"))
      const [receipt, reported] = home
      assert.equal(receipt, `<${center}@${center}>`, "a gateway's receipt is its own")
      assert.match(reported!, new RegExp(`^${READER.login}<.*CN=.*@${center}>$`), "by the certificate")
      const row = (await sides.edge.audited()).findLast((each) => each.event.event === "import")
      assert.deepEqual(
        row?.event.asserted?.roles.map(({ code }) => code),
        ["Medical Doctor"],
      )
      assert.deepEqual(
        row.event.asserted.purposes.map(({ code }) => code),
        ["TREAT"],
      )
    } finally {
      sides.close()
    }
  })

  it("is said anew with each attempt, above the same octets", async () => {
    const { line, sides } = await openSides("send")
    try {
      line.inner.fault = (kind, again) => (kind === "study" && again < 2 ? "busy" : null)
      await enter(sides.edge, requestFor("P1", "R-1"))
      await storeAll(sides.edge, study("P1", 1))
      await sides.settle()
      const headers = line.spoken.filter(([kind]) => kind === "study").map(([, header]) => header)
      assert.equal(headers.length, 3)
      assert.equal(new Set(headers).size, 3)
      const attempts = line.inner.attempts.filter(({ kind }) => kind === "study")
      assert.equal(new Set(attempts.map(({ sha256 }) => sha256)).size, 1)
      assert.ok((await users(sides.edge, "export")).includes(clerk))
    } finally {
      sides.close()
    }
  })

  it("that cannot be said leaves nothing under way: the study can be taken back, and nothing of it leaves", async () => {
    const { line, sides } = await openSides("demand")
    try {
      const { edge } = sides
      const requestId = await enter(edge, requestFor("P1", "R-1"))
      await storeAll(edge, study("P1", 1))
      const sent = async (): Promise<SubmissionRecord | undefined> =>
        (await edge.ledger.submissionsOf({ requestId })).find(({ kind }) => kind === "study")
      line.inner.fault = () => "busy"
      await sides.settle()
      const spoken = line.spoken.length
      const job = (await edge.ledger.dueJobs("9999", 64)).find(({ verb }) => verb === "submit")!
      const locked = new KeyError("ERR_KEY_PASSPHRASE", "nobody has said it")
      const keys = {
        ...edge.world.keys,
        chain: () => edge.world.keys.chain("seal"),
        sign: () => Promise.reject(locked),
      }
      const attempt = await submit({ ...edge.world, keys }, job)
      await assert.rejects(async () => "decide" in attempt && attempt.decide(), KeyError)
      assert.equal((await sent())?.state, "sealed")
      await edge.staff.recall(CLERK, requestId, "wrong patient")
      await sides.settle()
      assert.equal((await sent())?.failureCode, "ERR_INSTANCE_RECALLED")
      assert.equal(line.spoken.length, spoken)
    } finally {
      sides.close()
    }
  })

  it("is said when there is a connection to say it over: what is taken back before has not left", async () => {
    const { line, sides } = await openSides("demand")
    try {
      const { edge } = sides
      const requestId = await enter(edge, requestFor("P1", "R-1"))
      await storeAll(edge, study("P1", 1))
      const sent = async (): Promise<SubmissionRecord | undefined> =>
        (await edge.ledger.submissionsOf({ requestId })).find(({ kind }) => kind === "study")
      line.inner.fault = () => "busy"
      await sides.settle()
      const spoken = line.spoken.length
      const job = (await edge.ledger.dueJobs("9999", 64)).find(({ verb }) => verb === "submit")!
      const waits = Promise.withResolvers<undefined>()
      const turn = Promise.withResolvers<undefined>()
      const source: DocumentSource = {
        provideAndRegister: async (...call) => {
          waits.resolve(undefined)
          await turn.promise
          const [, , , , , begin] = call
          line.spoken.push(["study", (await begin?.()) ?? null])
          throw new SubmissionError("ERR_SUBMISSION_UNREACHABLE", "no octet should leave")
        },
      }
      const attempt = submit({ ...edge.world, source }, job)
      await waits.promise
      assert.equal((await sent())?.state, "sealed")
      await edge.staff.recall(CLERK, requestId, "wrong patient")
      await sides.settle()
      turn.resolve(undefined)
      const decision = await attempt
      assert.ok("decide" in decision)
      await decision.decide()
      assert.equal((await sent())?.failureCode, "ERR_INSTANCE_RECALLED")
      assert.equal(line.spoken.length, spoken)
    } finally {
      sides.close()
    }
  })

  it("that finds no connection is an attempt that failed, and is tried again", async () => {
    const { line, sides } = await openSides("demand")
    try {
      const { edge } = sides
      const requestId = await enter(edge, requestFor("P1", "R-1"))
      await storeAll(edge, study("P1", 1))
      line.inner.fault = () => "busy"
      await sides.settle()
      const job = (await edge.ledger.dueJobs("9999", 64)).find(({ verb }) => verb === "submit")!
      const gone = new SubmissionError("ERR_SUBMISSION_UNREACHABLE", "the hospital holds no connection open")
      const source: DocumentSource = { provideAndRegister: () => Promise.reject(gone) }
      const attempt = await submit({ ...edge.world, source }, job)
      assert.ok("decide" in attempt)
      const { changes, again } = await attempt.decide()
      assert.equal(again?.failureCode, "ERR_SUBMISSION_UNREACHABLE")
      await edge.ledger.commit(changes)
      const [study_] = (await edge.ledger.submissionsOf({ requestId })).filter(({ kind }) => kind === "study")
      assert.equal(study_?.state, "sealed")
    } finally {
      sides.close()
    }
  })

  it("is not said, not asked for and not looked at unless it is agreed", async () => {
    const { line, sides } = await openSides("off")
    try {
      await enter(sides.edge, requestFor("P1", "R-1"))
      await storeAll(sides.edge, study("P1", 1))
      await sides.settle()
      assert.ok(line.spoken.every(([, header]) => header === null))
      assert.deepEqual(new Set(await users(sides.edge, "export")), new Set(["-"]))
      const { world } = sides.center
      assert.equal(assertedIn(world, AT_CENTER.id, ["<not even XML"]), null)
    } finally {
      sides.close()
    }
  })

  it("is refused when it is missing, twice, too old or another institution's", async () => {
    const { sides } = await openSides("demand")
    try {
      const { edge, center } = sides
      const by = (record: Partial<SubmissionRecord>) =>
        securityHeader(edge.world, { ...blank, ...record } as SubmissionRecord)
      const blank = { agreement: "kakuu-center", private: { submission: null, verdict: null } }
      const header = (await by({}))!
      const refusal = (headers: readonly string[], subcode: string) =>
        assert.throws(
          () => assertedIn(center.world, AT_CENTER.id, headers),
          (error) => error instanceof SecurityFault && error.subcode === subcode,
        )
      assert.equal(assertedIn(center.world, AT_CENTER.id, [header])?.userName, `<${hospital}@${hospital}>`)
      refusal([], "SecurityTokenUnavailable")
      refusal([header, header], "InvalidSecurity")
      refusal([header.replace(hospital, `${hospital}.7`)], "FailedCheck")
      sides.time.passTo(new Date(sides.time.peek().getTime() + 8 * MINUTE_MS))
      refusal([header], "InvalidSecurityToken")
    } finally {
      sides.close()
    }
  })
})
