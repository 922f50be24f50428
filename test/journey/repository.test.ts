import assert from "node:assert/strict"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { documentSource } from "../../gateway/actors/document-source/document-source.ts"
import { serverTls } from "../../gateway/actors/secure-node/tls.ts"
import type { Packaging } from "../../gateway/journey/packaging.ts"
import { callingAs, credentials, makePeople } from "../actors/two-sides.ts"
import { StrictRepository } from "../peers/strict-repository.ts"
import { AT_HOSPITAL } from "./agreements.ts"
import { CLERK, enter, requestFor, row, store, storeAll, study } from "./people.ts"
import { PLAIN } from "./unmarked.ts"
import { MINUTE_MS, TwoSides } from "./world.ts"

const PDQ = `P1^^^&${AT_HOSPITAL.patientIdDomain}&ISO`

/** Null, with a word, where the published schemas are not at hand. */
function schema(): string | null {
  const file = join(process.env.DOKUEI_SHARED ?? "", "ihe", "schema", "xds", "all.xsd")
  if (process.env.DOKUEI_SHARED !== undefined && existsSync(file)) return file
  console.log("      DOKUEI_SHARED is not set: the repository does without schemas")
  return null
}

describe("an XDS repository as what takes the submissions", function () {
  this.timeout(60_000)
  let people: ReturnType<typeof makePeople>
  let repository: StrictRepository
  let sides: TwoSides
  let openSides: (packaging: Packaging) => Promise<TwoSides>

  before(() => {
    people = makePeople()
  })
  beforeEach(async () => {
    repository = await StrictRepository.open(serverTls(credentials(people, people.center)), schema())
    repository.patients.add(PDQ)
    const source = documentSource(() => ({
      url: repository.url,
      tls: callingAs(people, people.hospital),
    }))
    openSides = (packaging) =>
      TwoSides.open({ agreement: { ...PLAIN, packaging }, between: { source: () => source } })
    sides = await openSides({ ...PLAIN.packaging!, to: "repository" })
  })
  afterEach(async () => {
    sides.close()
    await repository.close()
  })

  const send = async (): Promise<string> => {
    const requestId = await enter(sides.edge, requestFor("P1", "R-P1"))
    await storeAll(sides.edge, study("P1", 2))
    await sides.settle()
    return requestId
  }

  it("finds nothing to object to, and its answer ends the delivery", async () => {
    const requestId = await send()
    assert.deepEqual(repository.faults, [])
    assert.equal(repository.requests, 1)
    assert.deepEqual(
      repository.documents.map(({ mimeType }) => mimeType),
      ["application/dicom", "text/xml", "application/dicom", "application/dicom"],
    )
    const [, , image] = repository.documents
    assert.equal(image!.octets.toString("latin1", 128, 132), "DICM")
    const item = await row(sides.edge, requestId)
    assert.equal(item?.way.find(({ name }) => name === "arrived")?.state, "done")
    assert.deepEqual(sides.edge.failures, [])
  })

  it("is sent nothing that is for a recipient alone, as another agreement would have it", async () => {
    sides.close()
    sides = await openSides(PLAIN.packaging!)
    await send()
    assert.deepEqual(repository.faults, ["intendedRecipient: a repository is nobody's"])
  })

  it("knows the same message again, and what was busy is asked once more", async () => {
    repository.next.push("XDSRegistryNotAvailable", "XDSRegistryBusy")
    await send()
    assert.deepEqual([repository.requests, repository.faults], [3, []])
    assert.equal(repository.documents.length, 4)
  })

  it("takes a manifest in the place of the one before, and the late image beside those it has", async () => {
    const requestId = await enter(sides.edge, requestFor("P1", "R-P1"))
    const images = study("P1", 3)
    await store(sides.edge, images.instances.slice(0, 2))
    await sides.settle()
    await store(sides.edge, images.instances.slice(2))
    await sides.settle(10 * MINUTE_MS)
    await sides.edge.staff.release(CLERK, requestId).catch(() => undefined)
    await sides.settle(10 * MINUTE_MS)
    assert.deepEqual(repository.faults, [])
    const manifests = repository.documents.filter(({ formatCode }) => formatCode.endsWith(".88.59"))
    assert.deepEqual(
      manifests.map(({ isDeprecated }) => isDeprecated),
      [true, false],
    )
    assert.equal(repository.documents.filter(({ formatCode }) => formatCode.endsWith(".1.1.4")).length, 3)
  })

  it("does not know the patient: nothing is repeated for ever, a person is told why", async () => {
    repository.patients.clear()
    const requestId = await send()
    assert.equal(repository.requests, 1)
    const item = await row(sides.edge, requestId)
    assert.equal(item?.action, "see-failure")
    assert.match(item.notices.map(({ reason }) => reason).join(), /XDSUnknownPatientId/)
  })
})
