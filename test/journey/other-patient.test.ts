import assert from "node:assert/strict"
import { differences } from "../../gateway/journey/known-patient.ts"
import type { SubmissionHandler } from "../../gateway/journey/ports/inbound.ts"
import type { PatientView } from "../../gateway/journey/views/study.ts"
import { CLERK, enter, READER, requestFor, row, storeAll, study } from "./people.ts"
import { TwoSides } from "./world.ts"

const PATIENCE_MS = 3 * 60 * 60 * 1000
const SUZUKI = Buffer.from("Suzuki^Hanako=鈴木^花子=すずき^はなこ")

describe("who is known under a number", () => {
  const known: PatientView = {
    PatientID: "P1",
    ideographic: "山田 太郎",
    phonetic: "やまだ たろう",
    alphabetic: "Yamada Tarou",
    birthDate: "1960-01-31",
    sex: "M",
    nameMarked: false,
  }
  it("is contradicted by another name, birth date or sex, and by nothing that is not said", () => {
    assert.deepEqual(differences(known, known), [])
    assert.deepEqual(differences(known, { ...known, ideographic: "", birthDate: null, sex: "" }), [])
    assert.deepEqual(
      differences(known, { ...known, ideographic: "山田\u3000太郎", alphabetic: "YAMADA TAROU" }),
      [],
    )
    assert.deepEqual(differences(known, { ...known, birthDate: "1960-01-30", sex: "F" }), [
      "birth date",
      "sex",
    ])
  })
  it("has another name only when no writing that both have agrees", () => {
    const married = { ...known, ideographic: "佐藤 太郎" }
    assert.deepEqual(differences(known, married), [], "the kana still agree")
    const other = { ...married, phonetic: "さとう たろう", alphabetic: "Satou Tarou" }
    assert.deepEqual(differences(known, other), ["name"])
    assert.deepEqual(
      differences(known, { ...known, ideographic: "山田 太郎 M", phonetic: "", alphabetic: "" }),
      [],
    )
  })
})

describe("images of another patient under a known number", function () {
  this.timeout(60_000)
  let sides: TwoSides
  let second: string
  /** Codes the centre's door warned with, beside Success. */
  let warnings: string[]

  beforeEach(async () => {
    sides = await TwoSides.open()
    await enter(sides.edge, requestFor("P1", "R-1"))
    await storeAll(sides.edge, study("P1", 1))
    await sides.settle(PATIENCE_MS)
    warnings = []
    listen()
    const other = study("P1", 1, { PatientName: SUZUKI })
    second = await enter(sides.edge, {
      ...requestFor("P1", "R-2"),
      StudyInstanceUID: other.StudyInstanceUID,
    })
    await storeAll(sides.edge, other)
    await sides.settle(PATIENCE_MS)
  })
  afterEach(() => sides.close())

  function listen(): void {
    const inner = sides.center.door
    const door: SubmissionHandler = {
      begin: async (...call) => {
        const intake = await inner.begin(...call)
        return {
          ...intake,
          commit: async () => {
            const told = await intake.commit()
            warnings.push(...told.map(({ errorCode }) => errorCode))
            return told
          },
        }
      },
    }
    Object.defineProperty(sides.center, "door", { get: () => door })
  }

  const item = async () =>
    (await sides.center.reading.worklist(READER)).find(({ requestId }) => requestId === second)

  it("are taken, listed with who is known, and opened by nobody until a person has decided", async () => {
    assert.deepEqual(warnings, ["DocumentQueued"])
    const held = await item()
    assert.equal(held?.knownPatient?.ideographic, "山田 太郎")
    assert.equal(held.patient.ideographic, "鈴木 花子")
    assert.deepEqual(
      held.notices.map(({ code }) => code),
      ["other-patient"],
    )
    assert.equal((await row(sides.edge, second))?.way.find(({ name }) => name === "arrived")?.state, "now")
    await assert.rejects(sides.center.reading.start(READER, second), { code: "ERR_NOT_FOUND" })
    await assert.rejects(sides.center.reading.rulePatient(CLERK, second, "same-patient"), {
      code: "ERR_NOT_ALLOWED",
    })
  })

  it("become a case when they are of the same patient, and the next ones ask nothing", async () => {
    await sides.center.reading.rulePatient(READER, second, "same-patient")
    await sides.settle(PATIENCE_MS)
    const ready = await item()
    assert.deepEqual([ready?.state, ready?.knownPatient, ready?.verification], ["ready", undefined, "valid"])
    await assert.rejects(sides.center.reading.rulePatient(READER, second, "other-patient"))
    const third = study("P1", 1, { PatientName: SUZUKI })
    const id = await enter(sides.edge, {
      ...requestFor("P1", "R-3"),
      StudyInstanceUID: third.StudyInstanceUID,
    })
    await storeAll(sides.edge, third)
    await sides.settle(PATIENCE_MS)
    const cases = await sides.center.reading.worklist(READER)
    assert.equal(cases.find(({ requestId }) => requestId === id)?.state, "ready")
  })

  it("go back to the hospital with a refusal when they are not", async () => {
    await sides.center.reading.rulePatient(READER, second, "other-patient")
    await sides.settle(PATIENCE_MS)
    const failed = await item()
    assert.equal(failed?.verification, "invalid")
    const told = (await row(sides.edge, second))?.notices.map(({ code, reason }) => [code, reason])
    assert.deepEqual(told, [["refused", "ERR_SUBMISSION_UNVERIFIED ERR_OTHER_SUBJECT"]])
  })
})

describe("two people who come for the first time, under one number", function () {
  this.timeout(60_000)
  it("do not both become cases, though what came of them is looked at side by side", async () => {
    const sides = await TwoSides.open()
    try {
      const [one, other] = [study("P1", 1), study("P1", 1, { PatientName: SUZUKI })]
      await enter(sides.edge, { ...requestFor("P1", "R-1"), StudyInstanceUID: one.StudyInstanceUID })
      await enter(sides.edge, { ...requestFor("P1", "R-2"), StudyInstanceUID: other.StudyInstanceUID })
      await storeAll(sides.edge, one)
      await storeAll(sides.edge, other)
      const accepted = async () =>
        (await sides.center.ledger.dueJobs("9999", 64)).filter(({ verb }) => verb === "verify")
      while ((await accepted()).length < 2) {
        if (await sides.edge.runDue()) continue
        const [next] = await sides.edge.ledger.dueJobs("9999", 1)
        sides.time.passTo(new Date(next!.runAt))
      }
      await Promise.all((await accepted()).map((job) => sides.center.run(job)))
      await sides.settle(PATIENCE_MS)
      const listed = await sides.center.reading.worklist(READER)
      assert.deepEqual(listed.map(({ state }) => state).sort(), ["created", "ready"])
      assert.deepEqual(
        listed.flatMap(({ notices }) => notices.map(({ code }) => code)),
        ["other-patient"],
      )
    } finally {
      sides.close()
    }
  })
})
