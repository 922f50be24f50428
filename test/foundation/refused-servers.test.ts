import assert from "node:assert/strict"
import { refusedServers, tellingSource } from "../../gateway/foundation/refused-servers.ts"
import { CollectorError, SubmissionError } from "../../gateway/journey/errors.ts"
import type { AuditEvent } from "../../gateway/journey/ports/audit.ts"
import type { DocumentSource } from "../../gateway/journey/ports/outside.ts"
import type { Submission } from "../../gateway/standards/xds/submission.ts"

describe("a server that is not the agreed one", () => {
  let told: AuditEvent[]
  beforeEach(() => (told = []))
  const refused = () => refusedServers((event) => told.push(event), 60_000)

  it("is told in the audit trail of who called it, by its address", async () => {
    const error = new SubmissionError("ERR_SUBMISSION_TLS", "the server's key is not the pinned one")
    const source: DocumentSource = { provideAndRegister: () => Promise.reject(error) }
    const telling = tellingSource(source, (agreement) => `https://${agreement}/xdr`, refused())
    const call = telling.provideAndRegister("center", {} as Submission, [], "urn:uuid:1", () => undefined)
    await assert.rejects(call, { code: "ERR_SUBMISSION_TLS" })
    assert.deepEqual(
      told.map(({ event, outcome, objectId, description }) => [event, outcome, objectId, description]),
      [
        [
          "node-authentication-failure",
          "serious",
          "https://center/xdr",
          "the server's key is not the pinned one",
        ],
      ],
    )
  })

  it("is told once a minute, each for itself, a collector of audit records too", () => {
    const tell = refused()
    for (let times = 0; times < 5; times++)
      tell("arr:6514", new CollectorError("ERR_COLLECTOR_TLS", "expired"))
    tell("other:6514", new CollectorError("ERR_COLLECTOR_TLS", "expired"))
    assert.deepEqual(
      told.map(({ objectId }) => objectId),
      ["arr:6514", "other:6514"],
    )
  })

  it("is another matter than one that is away", () => {
    const tell = refused()
    tell("arr:6514", new CollectorError("ERR_COLLECTOR_UNREACHABLE", "away"))
    tell("center", new SubmissionError("ERR_SUBMISSION_UNREACHABLE", "away"))
    tell("center", new TypeError("ours"))
    assert.deepEqual(told, [])
  })
})
