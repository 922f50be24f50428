import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { associate } from "../../../gateway/actors/association-requestor/associate.ts"
import { echo, store } from "../../../gateway/actors/association-requestor/operations.ts"
import type { RemoteAE } from "../../../gateway/actors/association-requestor/remote.ts"
import { pinOf } from "../../../gateway/actors/secure-node/pins.ts"
import { clientTls } from "../../../gateway/actors/secure-node/tls.ts"
import { dataSetStart } from "../../../gateway/standards/dicom/part10.ts"
import { MR_IMAGE_STORAGE, writeStudy, type SmallStudy } from "../../peers/dicom-study.ts"
import { Dcmqrscp } from "../../peers/dcmqrscp.ts"
import { Orthanc } from "../../peers/orthanc.ts"
import { Storescp } from "../../peers/storescp.ts"
import { makePeople, type People } from "../two-sides.ts"

const ECHO = "1.2.840.10008.1.1"
const EXPLICIT = "1.2.840.10008.1.2.1"
const PROPOSALS = [
  { abstractSyntax: ECHO, transferSyntaxes: ["1.2.840.10008.1.2"] },
  { abstractSyntax: MR_IMAGE_STORAGE, transferSyntaxes: [EXPLICIT] },
]

describe("an association we request", () => {
  let folder: string
  let study: SmallStudy

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "dokuei-requestor-"))
    study = writeStudy(folder, { PatientID: "P1", PatientName: Buffer.from("Yamada^Tarou"), slices: 3 })
  })
  after(() => rmSync(folder, { recursive: true }))

  const calling = (remote: RemoteAE) => associate(remote, PROPOSALS, { callingAE: "DOKUEI" })
  const at = (port: number, aeTitle: string, tls: RemoteAE["tls"] = null): RemoteAE => ({
    aeTitle,
    host: "127.0.0.1",
    port,
    tls,
  })
  /** In chunks that fit no PDU. */
  function* chunks(dataSet: Uint8Array) {
    for (let offset = 0; offset < dataSet.length; offset += 7777)
      yield dataSet.subarray(offset, offset + 7777)
  }
  const instance = (SOPInstanceUID: string) => ({
    SOPClassUID: MR_IMAGE_STORAGE,
    SOPInstanceUID,
    TransferSyntaxUID: EXPLICIT,
  })
  const storeAll = async (remote: RemoteAE) => {
    const association = await calling(remote)
    await echo(association)
    for (const { SOPInstanceUID, dataSet } of study.instances)
      assert.deepEqual(await store(association, instance(SOPInstanceUID), chunks(dataSet)), {
        status: 0,
        comment: "",
      })
    await association.release()
  }
  const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex")
  const dataSetsOf = (files: readonly Uint8Array[]) =>
    files.map((file) => sha256(file.subarray(dataSetStart(file)!.offsetBytes))).sort()
  const sent = () => study.instances.map(({ dataSet }) => sha256(dataSet)).sort()

  it("stores in storescp what it was given, byte by byte", async () => {
    const peer = await Storescp.open()
    await storeAll(at(peer.port, "STORESCP"))
    assert.deepEqual(dataSetsOf(peer.files()), sent())
    await peer.close()
  })

  it("stores in dcmqrscp, and hears from it that an AE title is unknown", async () => {
    const peer = await Dcmqrscp.open("ARCHIVE")
    await storeAll(at(peer.port, "ARCHIVE"))
    assert.equal(peer.files().length, study.instances.length)
    await assert.rejects(calling(at(peer.port, "OTHER")), { code: "ERR_ASSOCIATION_REJECTED" })
    await peer.close()
  })

  it("stores in Orthanc", async () => {
    const peer = await Orthanc.open()
    await storeAll(at(peer.port, "PACS"))
    assert.deepEqual(dataSetsOf(await peer.files()), sent())
    await assert.rejects(calling(at(peer.port, "OTHER")), { code: "ERR_ASSOCIATION_REJECTED" })
    await peer.close()
  }).timeout(20_000)

  it("streams a hundred megabytes in constant memory", async () => {
    const peer = await Storescp.open("--ignore")
    const association = await calling(at(peer.port, "STORESCP"))
    const { dataSet, SOPInstanceUID } = study.instances[0]!
    const head = dataSet.subarray(0, dataSet.length - 32 * 32 * 2 - 12)
    const lengthBytes = 100 * 1024 * 1024
    const header = Buffer.from("e07f1000" + Buffer.from("OW").toString("hex") + "0000" + "00000000", "hex")
    header.writeUInt32LE(lengthBytes, 8)
    const before = process.memoryUsage().rss
    let highest = before
    const megabyte = new Uint8Array(1024 * 1024)
    function* source() {
      yield Buffer.concat([head, header])
      for (let at = 0; at < 100; at++) {
        highest = Math.max(highest, process.memoryUsage().rss)
        yield megabyte
      }
    }
    await store(association, instance(SOPInstanceUID), source())
    await association.release()
    await peer.close()
    assert.ok(highest - before < 60 * 1024 * 1024, `grew by ${highest - before} bytes`)
  }).timeout(20_000)

  describe("in TLS", () => {
    let people: People
    before(() => {
      people = makePeople()
      writeFileSync(join(folder, "ca.pem"), people.caPem)
      writeFileSync(join(folder, "node.key"), people.center.keyPem)
      writeFileSync(join(folder, "node.pem"), people.center.chainPem)
    })
    const tls = (pin: string) =>
      clientTls({ ...people.hospital, trustedPem: people.caPem, profile: "dicom-b13" }, [pin])
    const secureStorescp = () =>
      Storescp.open("+tls", join(folder, "node.key"), join(folder, "node.pem"), "+cf", join(folder, "ca.pem"))

    it("stores in storescp", async () => {
      const peer = await secureStorescp()
      await storeAll(at(peer.port, "STORESCP", tls(pinOf(people.center.x509))))
      assert.deepEqual(dataSetsOf(peer.files()), sent())
      await peer.close()
    })

    it("does not speak to a node with another key than the pinned one", async () => {
      const peer = await secureStorescp()
      const remote = at(peer.port, "STORESCP", tls(pinOf(people.stranger.x509)))
      await assert.rejects(calling(remote), { code: "ERR_ASSOCIATION_TLS" })
      await peer.close()
    })

    it("does not speak in the clear to a node that does not speak TLS", async () => {
      const peer = await Storescp.open()
      const remote = at(peer.port, "STORESCP", tls(pinOf(people.center.x509)))
      await assert.rejects(calling(remote), (error: { code: string }) => {
        assert.match(error.code, /ERR_ASSOCIATION_(TLS|UNREACHABLE)/)
        return true
      })
      await peer.close()
    })
  })
})
