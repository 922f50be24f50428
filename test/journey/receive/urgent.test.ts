/** Whose images may use what is kept back on the disk. */
import assert from "node:assert/strict"
import type { RequestRecord } from "../../../gateway/journey/records/request.ts"
import type { StudyRecord } from "../../../gateway/journey/records/study.ts"
import { roomFor } from "../../../gateway/journey/receive/urgent.ts"
import type { World } from "../../../gateway/journey/world.ts"
import { request, study } from "../../storage/ledger/records.ts"

const STUDY = study({ id: "s1" })
const { PatientID } = STUDY.private.patient

/** A request of the study's patient. */
function asked(over: Partial<RequestRecord>, more: Partial<RequestRecord["private"]>): RequestRecord {
  const plain = request(over)
  const patient = { ...plain.private.patient, PatientID }
  return { ...plain, private: { ...plain.private, patient, ...more } }
}

describe("the room of an arriving study", () => {
  let looked: number
  const worldWith = (
    hasRoom: boolean,
    bound: readonly RequestRecord[] = [],
    waiting: readonly RequestRecord[] = [],
  ): World =>
    ({
      spool: { hasRoom: () => Promise.resolve(hasRoom) },
      ledger: {
        requestsOfStudy: () => {
          looked += 1
          return Promise.resolve(bound)
        },
        unboundRequests: () => Promise.resolve(waiting),
      },
    }) as unknown as World
  const room = (world: World, urgentDevice = false, of: StudyRecord = STUDY) =>
    roomFor(world, of, urgentDevice)

  beforeEach(() => {
    looked = 0
  })

  it("is routine while there is room, and nobody looks through requests for it", async () => {
    assert.equal(await room(worldWith(true)), "routine")
    assert.equal(looked, 0)
  })

  it("is reserved for a device all of whose images are urgent", async () => {
    assert.equal(await room(worldWith(true), true), "reserved")
    assert.equal(looked, 0)
  })

  it("is reserved when routine images are refused and a STAT request is bound to it or names it", async () => {
    const { StudyInstanceUID, AccessionNumber } = STUDY.private
    const naming = (urgency: RequestRecord["urgency"], more: Partial<RequestRecord["private"]>) =>
      room(worldWith(false, [], [asked({ urgency }, more)]))
    const neither = { StudyInstanceUID: "", AccessionNumber: "" }
    assert.equal(await room(worldWith(false, [asked({ urgency: "STAT" }, neither)])), "reserved")
    assert.equal(await naming("STAT", { ...neither, StudyInstanceUID }), "reserved")
    assert.equal(await naming("STAT", { ...neither, AccessionNumber }), "reserved")
    assert.equal(await naming("STAT", neither), "routine")
    assert.equal(await naming("ROUTINE", { ...neither, StudyInstanceUID }), "routine")
  })
})
