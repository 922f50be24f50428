/**
 * Every ITI-41, however it ends, is told once at either side; and everything that is told arrives at the hospital's and the
 * centre's Audit Record Repository, Application Stop included.
 */
import assert from "node:assert/strict"
import { readFileSync, writeFileSync } from "node:fs"
import { request } from "node:https"
import { join } from "node:path"
import { until } from "../../deploy/demo/walk.ts"
import { pinOf } from "../../gateway/actors/secure-node/pins.ts"
import { withCa } from "../actors/certificates.ts"
import { post, type Caller } from "../peers/bent-submission.ts"
import { writeStudy } from "../peers/dicom-study.ts"
import { ANNEX_H } from "../peers/japanese-names.ts"
import { isRsyslogThere, Rsyslog } from "../peers/rsyslog.ts"
import { auditMessages, kindOf } from "./audit-messages.ts"
import { Road, ROLES, type Role } from "./road.ts"

const EXPORT = "110106"
const IMPORT = "110107"

describe("what is audited of a study's way", function () {
  this.timeout(180_000)
  let road: Road
  const collectors: Partial<Record<Role, Rsyslog>> = {}
  before(async function () {
    if (!isRsyslogThere()) {
      console.log("      skipped: rsyslog and rsyslog-openssl are not installed")
      return this.skip()
    }
    road = await Road.open({ imagesKept: "30d", quietPeriod: "1s", tapped: true, roles: [] })
    const [ca, own] = withCa("repository CA", (made) => [made.pem, made.issue("repository")] as const)
    writeFileSync(join(road.site.dir, "arr.pem"), ca)
    const keys = {
      chainPem: own.chainPem,
      keyPem: own.keyPem,
      trustedPem: pem("trust/tls-ca.pem").toString(),
    }
    for (const role of ROLES) {
      const rsyslog = await Rsyslog.open(keys)
      collectors[role] = rsyslog
      const pins = { tlsPins: [pinOf(own.x509)], ca: "arr.pem" }
      road.configure(role, (config) => {
        config.audit = { collectors: [{ name: "arr", host: "127.0.0.1", port: rsyslog.port, ...pins }] }
      })
    }
    await Promise.all(ROLES.map((role) => road.start(role)))
  })
  after(async () => {
    if (collectors.edge !== undefined) await road.close()
    for (const each of Object.values(collectors)) await each.close()
  })

  const pem = (path: string): Buffer => readFileSync(join(road.site.dir, "pki", path))
  const caller = (): Caller => ({
    key: pem("edge/tls.key.pem"),
    cert: pem("edge/tls.chain.pem"),
    ca: pem("trust/tls-ca.pem"),
  })
  /** By SubmissionSet.uniqueId: the outcomes that were told, in order. */
  const told = (role: Role, event: string): Map<string, string[]> => {
    const sets = new Map<string, string[]>()
    for (const message of auditMessages(road, role).filter((each) => kindOf(each).event === event)) {
      const [, set = "-"] =
        /ParticipantObjectID="([^"]*)" ParticipantObjectTypeCode="2" ParticipantObjectTypeCodeRole="20"/.exec(
          message,
        ) ?? []
      sets.set(set, [...(sets.get(set) ?? []), kindOf(message).outcome])
    }
    return sets
  }
  const last = (role: Role, event: string): string =>
    auditMessages(road, role)
      .filter((each) => kindOf(each).event === event)
      .at(-1) ?? ""
  const counted = async (role: Role, event: string, work: () => Promise<unknown>): Promise<string[]> => {
    const of = (): string[] => auditMessages(road, role).filter((each) => kindOf(each).event === event)
    const before = of().length
    await work()
    await until(`one more ${event} of ${role}`, () => Promise.resolve(of().length > before ? true : null))
    return of()
      .slice(before)
      .map((each) => kindOf(each).outcome)
  }

  it("is one message for every attempt at the source, and one for every arrival at the recipient", async () => {
    const study = writeStudy(join(road.site.dir, "TOLD"), { ...ANNEX_H[0]!, PatientID: "TOLD", slices: 3 })
    const tap = road.taps.center!
    tap.holds = true
    const requestId = await road.send(study)
    await until("an attempt that failed", () =>
      Promise.resolve([...told("edge", EXPORT).values()].flat().includes("4") ? true : null),
    )
    tap.holds = false
    await road.reached(requestId, "arrived")
    await until("the receipt", () =>
      Promise.resolve([...told("center", EXPORT).values()].flat().includes("0") ? true : null),
    )
    for (const [from, to] of [
      ["edge", "center"],
      ["center", "edge"],
    ] as const) {
      const [sent, arrived] = [told(from, EXPORT), told(to, IMPORT)]
      assert.notEqual(sent.size, 0)
      for (const [set, outcomes] of sent) {
        assert.deepEqual(
          outcomes.filter((each) => each === "0").length,
          1,
          `${from} ${set}: ${outcomes.join()}`,
        )
        assert.equal(outcomes.at(-1), "0")
        assert.deepEqual(arrived.get(set), ["0"], `${to} ${set}`)
      }
    }
  })

  it("names both ends: process and endpoint", () => {
    const { centerXdr } = road.site.ports
    assert.match(last("center", IMPORT), new RegExp(`UserID="https://127.0.0.1:${centerXdr}/xdr/recipient"`))
    assert.match(last("center", IMPORT), new RegExp(`AlternativeUserID="${road.pid("center")}"`))
    assert.match(last("edge", EXPORT), new RegExp(`AlternativeUserID="${road.pid("edge")}"`))
  })

  it("is one more for a repetition that is answered with Success", async () => {
    const [taken] = road.taps.center!.exchanges
    const repeated = (): Promise<unknown> => post(road.site.ports.centerXdr, caller(), taken!)
    assert.deepEqual(await counted("center", IMPORT, repeated), ["0"])
  })

  it("is one for a request of an agreed partner that is no ITI-41 at all, and none for a look at the door", async () => {
    const ask = (method: string, path: string): Promise<number> =>
      new Promise((resolve, reject) => {
        const options = { host: "127.0.0.1", port: road.site.ports.centerXdr, method, path, agent: false }
        const asking = request(
          { ...options, ...caller(), checkServerIdentity: () => undefined },
          (answer) => {
            answer.resume()
            resolve(answer.statusCode ?? 0)
          },
        )
        asking.on("error", reject)
        asking.end("<x/>")
      })
    let status = 0
    const plain = async (): Promise<void> => {
      status = await ask("POST", "/xdr/recipient")
    }
    assert.deepEqual(await counted("center", IMPORT, plain), ["8"])
    assert.ok(status >= 400)
    const imports = (): number =>
      auditMessages(road, "center").filter((each) => kindOf(each).event === IMPORT).length
    const before = imports()
    assert.deepEqual([await ask("GET", "/xdr/recipient"), await ask("POST", "/elsewhere")], [405, 404])
    assert.equal(imports(), before)
  })

  it("arrives whole at each repository, the stop of the gateway too", async () => {
    for (const role of ROLES) {
      await road.stop(role)
      const here = auditMessages(road, role)
      await until(`everything of ${role} at its repository`, () =>
        Promise.resolve(new Set(messagesAt(role)).size >= new Set(here).size ? true : null),
      )
      assert.deepEqual([...new Set(messagesAt(role))], here)
      assert.equal(here.filter((each) => each.includes(`csd-code="110121"`)).length, 1)
    }
  })
  const messagesAt = (role: Role): string[] => (collectors[role]?.records ?? []).map(({ message }) => message)
})
