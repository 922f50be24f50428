import assert from "node:assert/strict"
import { filing, type Filing } from "../../../gateway/journey/receive/file-instance.ts"
import type { StudyHeader, StudyRecord } from "../../../gateway/journey/records/study.ts"
import { TwoSides } from "../world.ts"

const HEADER: StudyHeader = {
  StudyInstanceUID: "1.2.3",
  patient: {
    PatientID: "P1",
    ideographic: "",
    phonetic: "",
    alphabetic: "",
    birthDate: null,
    sex: "",
    nameMarked: false,
  },
  StudyDescription: "",
  AccessionNumber: "",
  bodyPart: "",
  modalities: [],
  studyDateTime: null,
}
const copy = (digest: number) => ({
  SOPInstanceUID: "1.2.3.4",
  sha256DataSet: new Uint8Array(32).fill(digest),
})

describe("copies of one instance that come at the same time", () => {
  let sides: TwoSides
  let files: Filing
  let study: StudyRecord
  beforeEach(async () => {
    sides = await TwoSides.open()
    const fail = (error: unknown): void => {
      throw error
    }
    files = filing(sides.edge.world, () => Promise.resolve(), fail)
    study = await files.studyFor(HEADER, "MR1")
  })
  afterEach(() => sides.close())

  it("are one: the second waits until the first is durable, and takes its place when it is not", async () => {
    assert.equal(await files.judge(study, copy(1)), "new")
    const second = files.judge(study, copy(1))
    const third = files.judge(study, copy(1))
    files.dropped(study, copy(1))
    assert.equal(await second, "new", "one of those who waited")
    files.dropped(study, copy(1))
    assert.equal(await third, "new")
  })

  it("are a conflict when their bytes differ", async () => {
    assert.deepEqual(
      [await files.judge(study, copy(1)), await files.judge(study, copy(2))],
      ["new", "conflict"],
    )
  })

  it("are looked up anew when the ledger did not answer", async () => {
    const { ledger } = sides.edge
    const instancesByUid = ledger.instancesByUid.bind(ledger)
    Object.assign(ledger, { instancesByUid: () => Promise.reject(new Error("no answer")) })
    await assert.rejects(files.judge(study, copy(1)), /no answer/)
    Object.assign(ledger, { instancesByUid })
    assert.equal(await files.judge(study, copy(1)), "new")
  })
})
