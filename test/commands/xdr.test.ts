import assert from "node:assert/strict"
import { spawn, spawnSync, type ChildProcess } from "node:child_process"
import { createHash, randomBytes } from "node:crypto"
import { once } from "node:events"
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs"
import { createServer, request } from "node:https"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { CommanderError } from "commander"
import { after, before, describe, it } from "mocha"
import { pinOf } from "../../gateway/actors/secure-node/pins.ts"
import { clientTls } from "../../gateway/actors/secure-node/tls.ts"
import { startReceiving, type ReceiveOptions } from "../../gateway/commands/xdr/receive.ts"
import { prepare, preparedTold, send, writeMessage, type Sent } from "../../gateway/commands/xdr/send.ts"
import { xdrCommand } from "../../gateway/commands/xdr/xdr.ts"
import type { NodeFiles } from "../../gateway/commands/xdr/node.ts"
import { ConfigError, MediumError, SubmissionError } from "../../gateway/journey/errors.ts"
import { readSubmission } from "../../gateway/standards/xds/submission-reader.ts"
import { readXml } from "../../gateway/standards/xml/reader.ts"
import type { Running } from "../../gateway/running.ts"
import { withCa, type TestCertificate } from "../actors/certificates.ts"
import { SHARED } from "../actors/document-recipient/captured.ts"
import {
  CONTENT_TYPE,
  inlineRoot,
  multipart,
  post,
  rootPart,
  xopRoot,
  type RawAnswer,
  type RawOptions,
} from "../actors/document-recipient/raw-request.ts"
import { formsOf } from "../actors/document-recipient/sample-messages.ts"
import { SAMPLE_ROWS } from "../actors/wire-rows.ts"
import { writeStudy } from "../peers/dicom-study.ts"
import { sampleSubmission } from "../standards/xds/sample-submission.ts"
import { dokuei } from "./command-line.ts"

// The program starts several times: compiled modules are kept between the starts.
process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), "dokuei-compile-cache")

const MAIN = join(import.meta.dirname, "../../gateway/main.ts")
const OCTETS = Buffer.from("octets of a document")
const SCREEN = { write: () => true }

describe("dokuei xdr", () => {
  let folder: string
  let caPem: string
  let hospital: TestCertificate
  let stranger: TestCertificate
  let centerPin: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "dokuei-xdr-"))
    const center = withCa("Test CA", (ca) => {
      caPem = ca.pem
      hospital = ca.issue("hospital")
      return ca.issue("center")
    })
    stranger = withCa("Other CA", (ca) => ca.issue("stranger"))
    centerPin = pinOf(center.x509)
    for (const [name, { keyPem, chainPem }] of Object.entries({ hospital, center, stranger })) {
      writeFileSync(join(folder, `${name}.key`), keyPem)
      writeFileSync(join(folder, `${name}.pem`), chainPem)
    }
    writeFileSync(join(folder, "ca.pem"), caPem)
  })
  after(() => rmSync(folder, { recursive: true }))

  const node = (name: string, pin: readonly string[] = []): NodeFiles => ({
    key: join(folder, `${name}.key`),
    cert: join(folder, `${name}.pem`),
    ca: join(folder, "ca.pem"),
    tls: "1.3",
    pin,
  })
  const at = (name: string): string => join(folder, name)
  const made = (name: string, files: Readonly<Record<string, string | Uint8Array>>): string => {
    mkdirSync(at(name), { recursive: true })
    for (const [file, content] of Object.entries(files)) writeFileSync(join(at(name), file), content)
    return at(name)
  }

  interface Opened {
    readonly url: string
    readonly kept: string
    readonly running: Running
    /** What was printed since it was last asked for. */
    printed(): string
  }
  async function opened(name: string, change: Partial<ReceiveOptions> = {}): Promise<Opened> {
    let text = ""
    const options = { host: "127.0.0.1", port: 0, node: node("center"), limitedMetadata: false, oid: null }
    const running = await startReceiving(
      { ...options, sources: [], folder: at(name), ...change },
      (told) => (text += told),
    )
    const scheme = change.node === null ? "http" : "https"
    const printed = (): string => {
      const told = text
      text = ""
      return told
    }
    return {
      url: `${scheme}://127.0.0.1:${running.ports.xdr!}/xdr/recipient`,
      kept: at(name),
      running,
      printed,
    }
  }
  /** Its report is written after the answer. */
  async function folderOf({ kept }: Opened, number: number): Promise<string> {
    const path = join(kept, String(number).padStart(4, "0"))
    const isWhole = (report: string): boolean =>
      existsSync(report) && readFileSync(report, "utf8").includes("  kept in ")
    for (let look = 0; look < 250 && !isWhole(join(path, "report.txt")); look += 1)
      await new Promise((resolve) => setTimeout(resolve, 20))
    return path
  }
  const sent = async (dir: string, to: Opened, metadata: string | null = null): Promise<Sent> =>
    send(to.url, node("hospital", [centerPin]), await prepare(dir, metadata), SCREEN)
  const raw = (to: Opened, body: Uint8Array, options: RawOptions = {}): Promise<RawAnswer> => {
    const credentials = { chainPem: hospital.chainPem, keyPem: hospital.keyPem, trustedPem: caPem }
    return post(to.url, clientTls(credentials, [centerPin]), body, options)
  }
  const rawRoot = (root: string): Buffer =>
    multipart([rootPart(root), { contentId: "doc1@x", octets: OCTETS }])

  describe("send and receive", () => {
    let door: Opened
    before(async () => {
      door = await opened("keep")
    })
    after(() => door.running.stop())

    it("a study with report and note: images by their own identifiers, everything bit for bit", async () => {
      const dir = at("study")
      const study = writeStudy(dir, {
        PatientID: "0042",
        PatientName: Buffer.from("Yamada^Tarou"),
        slices: 3,
        rows: 8,
      })
      made("study", {
        "report.pdf": "%PDF-1.4\n",
        "report.xml": '<?xml version="1.0"?>\n<ClinicalDocument xmlns="urn:hl7-org:v3"/>',
        "note.txt": "a note",
      })
      const { report, isTaken } = await sent(dir, door)
      assert.ok(isTaken, report)
      assert.match(report, /^answered after [\d.]+ s: Success\n$/)
      const path = await folderOf(door, 1)
      const digests = (files: readonly string[]) =>
        files.map((file) => createHash("sha256").update(readFileSync(file)).digest("hex")).sort()
      const kept = readdirSync(join(path, "documents")).map((name) => join(path, "documents", name))
      assert.deepEqual(digests(kept), digests(readdirSync(dir).map((name) => join(dir, name))))
      const told = readFileSync(join(path, "report.txt"), "utf8")
      for (const { SOPInstanceUID } of study.instances) assert.ok(told.includes(SOPInstanceUID))
      assert.match(told, /who {12}CN=hospital/)
      assert.ok(told.includes(pinOf(hospital.x509)))
      assert.match(told, /wsa:Action {5}urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b/)
      assert.match(told, /patientId {19}0042\^\^\^&2\.999\.392\.1\.1&ISO/)
      assert.equal(told.match(/octets, as stated; SHA-1 [0-9a-f]{40}, as stated/g)?.length, 6)
      assert.ok(door.printed().includes("answered       Success"))
    })

    it("limited metadata, refused unless they are agreed, and taken where they are", async () => {
      const dir = made("limited", { "a.pdf": "%PDF-1.4" })
      const metadata = at("limited.yaml")
      writeFileSync(metadata, "limitedMetadata: true\n")
      const refused = await sent(dir, door, metadata)
      assert.ok(!refused.isTaken)
      assert.match(
        refused.report,
        /Failure, 1 remark\n {2}Error {3}XDSRepositoryMetadataError\n.*limited metadata are flagged/,
      )
      const path = await folderOf(door, 2)
      assert.ok(!existsSync(join(path, "documents")), "nothing is kept of what was refused")
      assert.match(readFileSync(join(path, "report.txt"), "utf8"), /metadata {20}limited/)
      const agreed = await opened("keep-limited", { limitedMetadata: true })
      assert.ok((await sent(dir, agreed, metadata)).isTaken)
      await agreed.running.stop()
    })

    it("what the metadata file says takes the place of what the files say", async () => {
      const dir = made("said", { "a.pdf": "%PDF-1.4" })
      const metadata = at("said.yaml")
      writeFileSync(
        metadata,
        `
sender: { name: 架空病院, oid: 1.2.392.200000.1, institutionCode: "1310000001" }
recipients: [{ name: 架空センター, oid: 1.2.392.200000.2 }, { name: 別のセンター, oid: 1.2.392.200000.3 }]
patient: { id: "77", name: 山田 花子, birthDate: 1980-02-03, sex: F }
documents: { a.pdf: { title: 読影報告, typeCode: { code: X, scheme: 1.2.3, display: Ekusu } } }
`,
      )
      const { submission } = await prepare(dir, metadata)
      const [entry] = submission.documentEntries
      assert.equal(submission.submissionSet.sourceId, "1.2.392.200000.1")
      assert.deepEqual(submission.submissionSet.intendedRecipient, [
        "架空センター^^^^^^^^^1.2.392.200000.2",
        "別のセンター^^^^^^^^^1.2.392.200000.3",
      ])
      assert.equal(entry?.patientId, "77^^^&1.2.392.100495.20.3.51.11310000001&ISO")
      assert.deepEqual([entry.title, entry.typeCode?.code], ["読影報告", "X"])
      assert.ok(entry.sourcePatientInfo.includes("PID-5|山田^花子^^^^^L^I"))
      const addressed = await opened("keep-addressed", {
        oid: "1.2.392.200000.9",
        sources: ["1.2.392.200000.1"],
      })
      assert.match((await sent(dir, addressed, metadata)).report, /Error {3}UnknownRecipient/)
      const foreign = await sent(dir, addressed)
      assert.match(foreign.report, /XDSRepositoryError\n.*sourceId is not agreed/)
      await addressed.running.stop()
    })

    it("is told what is wrong with the folder or the metadata file, and nothing is sent", async () => {
      const dir = made("fine", { "a.pdf": "%PDF-1.4" })
      writeFileSync(at("wrong.yaml"), "patient: { sex: X }\nsender: { oid: 1.2.x }\nsomething: 1\n")
      await assert.rejects(prepare(dir, at("wrong.yaml")), (error: Error) => {
        assert.ok(error instanceof ConfigError)
        for (const word of ["patient.sex", "sender.oid: must be an OID", "something"])
          assert.ok(error.message.includes(word), error.message)
        return true
      })
      await assert.rejects(prepare(made("none", {}), null), MediumError)
      writeStudy(at("two"), { PatientID: "1", PatientName: Buffer.from("A"), slices: 1, rows: 8 })
      writeStudy(at("two"), { PatientID: "2", PatientName: Buffer.from("A"), slices: 1, rows: 8 })
      await assert.rejects(prepare(at("two"), null), /of 2 studies/)
      const cut = Buffer.concat([Buffer.alloc(128), Buffer.from("DICM"), randomBytes(40)])
      await assert.rejects(
        prepare(made("cut", { "x.dcm": cut }), null),
        /x\.dcm begins as a DICOM file and cannot/,
      )
    })

    it("a file that is another one when its turn comes", async () => {
      const dir = made("changing", { "a.pdf": "%PDF-1.4" })
      const prepared = await prepare(dir, null)
      writeFileSync(join(dir, "a.pdf"), "%PDF-1.4 and more")
      await assert.rejects(
        send(door.url, node("hospital", [centerPin]), prepared, SCREEN),
        /changed while it was sent/,
      )
    })

    it("the SOAP fault of another recipient, in words and nothing but words", async () => {
      const reason = "no such action\u009b2J here"
      const fault = `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason><s:Text xml:lang="en">${reason}</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>`
      const tls = { key: readFileSync(at("center.key")), cert: readFileSync(at("center.pem")) }
      const other = createServer(tls, (asked, answer) => {
        asked.resume().on("end", () => {
          answer.writeHead(400, { "Content-Type": "application/soap+xml" }).end(fault)
        })
      })
      await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve))
      const url = `https://127.0.0.1:${(other.address() as AddressInfo).port}/`
      const prepared = await prepare(made("fault", { "a.pdf": "%PDF-1.4" }), null)
      await assert.rejects(
        send(url, node("hospital", [centerPin]), prepared, SCREEN),
        /answered a SOAP fault Sender: no such action\?2J here/,
      )
      other.close()
    })

    it("a server without the key that was agreed, and a certificate nobody knows", async () => {
      const prepared = await prepare(made("tls", { "a.pdf": "%PDF-1.4" }), null)
      await assert.rejects(
        send(door.url, node("hospital", [pinOf(hospital.x509)]), prepared, SCREEN),
        (error: SubmissionError) => error.code === "ERR_SUBMISSION_TLS",
      )
      door.printed()
      await assert.rejects(send(door.url, node("stranger", [centerPin]), prepared, SCREEN), SubmissionError)
      assert.match(door.printed(), /turned away: handshake from 127\.0\.0\.1: /)
      const picky = await opened("keep-picky", { node: node("center", [pinOf(stranger.x509)]) })
      await assert.rejects(
        send(picky.url, node("hospital", [centerPin]), prepared, SCREEN),
        (error: SubmissionError) => error.code === "ERR_SUBMISSION_REFUSED" && error.message.includes("403"),
      )
      assert.match(picky.printed(), /turned away: unknown-pin .*CN=hospital/)
      await picky.running.stop()
      await assert.rejects(
        send(picky.url, node("hospital", [centerPin]), prepared, SCREEN),
        (error: SubmissionError) => error.code === "ERR_SUBMISSION_UNREACHABLE",
      )
      assert.deepEqual(readdirSync(picky.kept), [], "who is turned away writes nothing here")
    })
  })

  describe("receive, of what is wrong or hostile", () => {
    let door: Opened
    before(async () => {
      door = await opened("hostile")
    })
    after(() => door.running.stop())
    let count = 0
    /** What was answered to it, and what stands in its report. */
    async function judged(body: Uint8Array, options?: RawOptions): Promise<readonly [RawAnswer, string]> {
      const answer = await raw(door, body, options)
      count += 1
      const path = await folderOf(door, count)
      return [answer, readFileSync(join(path, "report.txt"), "utf8")]
    }

    it("every fault of the metadata is told with its place", async () => {
      const root = xopRoot(sampleSubmission([OCTETS]))
        .replace(/<rim:Slot name="languageCode">.*?<\/rim:Slot>/, "")
        .replace(/(<rim:Slot name="creationTime"><rim:ValueList><rim:Value>)[^<]*/, "$1yesterday")
      const [answer, report] = await judged(rawRoot(root))
      assert.match(answer.body, /ResponseStatusType:Failure/)
      assert.match(report, /answered {7}Failure, 2 remarks/)
      assert.match(
        report,
        /Error {3}XDSRepositoryMetadataError\n.*languageCode is missing.*\n.*at \/\/\*\[@id='.*'\]\/Slot\[@name='languageCode'\]/,
      )
      assert.match(report, /creationTime cannot be "yesterday"/)
    })
    it("octets that are not those of the metadata: what came and what was said", async () => {
      const other = Buffer.from(OCTETS)
      other[0]! ^= 1
      const body = multipart([
        rootPart(xopRoot(sampleSubmission([OCTETS]))),
        { contentId: "doc1@x", octets: other },
      ])
      const [, report] = await judged(body)
      assert.match(report, /20 octets, as stated; SHA-1 [0-9a-f]{40}, stated [0-9a-f]{40}/)
      assert.match(report, /XDSRepositoryMetadataError\n.*hash of .* is not that of the transmitted octets/)
      const longer = multipart([
        rootPart(xopRoot(sampleSubmission([OCTETS]))),
        { contentId: "doc1@x", octets: randomBytes(100_000) },
      ])
      assert.match((await judged(longer))[1], /size of .* is not that/)
    })
    it("names and texts of the wire neither name a file nor move the cursor", async () => {
      const nasty = "../../../etc/passwd\u009b2J\u202e"
      const root = xopRoot(sampleSubmission([OCTETS]))
        .replace(/<rim:LocalizedString[^>]*value="[^"]*"/g, (found) =>
          found.replace(/value="[^"]*"/, `value="${nasty}"`),
        )
        .replace(/doc1@x/g, "../../x@x")
      const body = multipart([rootPart(root), { contentId: "../../x@x", octets: OCTETS }])
      const [answer, report] = await judged(body)
      assert.match(answer.body, /Success/)
      assert.ok(report.includes("../../../etc/passwd?2J?"))
      assert.doesNotMatch((report + door.printed()).replaceAll("\n", ""), /[\p{Cc}\u202e]/u)
      assert.deepEqual(
        readdirSync(door.kept).filter((name) => !/^\d{4}$/.test(name)),
        [],
      )
      assert.deepEqual(readdirSync(join(door.kept, String(count).padStart(4, "0"))).sort(), [
        "documents",
        "report.txt",
        "request.http",
      ])
    })
    it("a document type, no SOAP, no multipart, noise: the words of the product's door", async () => {
      const [dtd, told] = await judged(
        rawRoot(`<!DOCTYPE x [<!ENTITY a "b">]>${xopRoot(sampleSubmission([OCTETS]))}`),
      )
      assert.equal(dtd.status, 400)
      assert.match(told, /answered {7}SOAP fault Sender: /)
      const [noise] = await judged(randomBytes(50_000))
      assert.equal(noise.status, 400)
      const plain = await raw(door, Buffer.from("<x/>"), {
        headers: { "Content-Type": "application/soap+xml" },
      })
      assert.equal(plain.status, 400)
      const refused = [
        await raw(door, Buffer.from("x"), { headers: { "Content-Type": "text/plain" } }),
        await raw(door, Buffer.from("x"), { headers: { "Content-Length": String(33 * 1024 ** 3) } }).catch(
          () => null,
        ),
      ]
      assert.deepEqual(
        refused.map((answer) => answer?.status),
        [415, 413],
      )
      assert.match(door.printed(), /HTTP 415: multipart\/related is wanted/)
    })
    it("a line that breaks in the middle keeps no document, and the next one is taken", async () => {
      await broken(door)
      count += 1
      assert.match(
        readFileSync(join(await folderOf(door, count), "report.txt"), "utf8"),
        /the line broke before the end/,
      )
      assert.ok(!existsSync(join(door.kept, String(count).padStart(4, "0"), "documents")))
      const [answer] = await judged(multipart([rootPart(inlineRoot(sampleSubmission([OCTETS]), [OCTETS]))]))
      assert.match(answer.body, /Success/)
    })
    it("two at once are told apart", async () => {
      const [one, two] = [randomBytes(400_000), randomBytes(300_000)]
      const body = (octets: Buffer) =>
        multipart([rootPart(xopRoot(sampleSubmission([octets]))), { contentId: "doc1@x", octets }])
      const answers = await Promise.all(
        [one, two].map((octets) => raw(door, body(octets), { chunkBytes: 9_000 })),
      )
      for (const answer of answers) assert.match(answer.body, /Success/)
      const reports = await Promise.all(
        [1, 2].map(async (more) =>
          readFileSync(join(await folderOf(door, count + more), "report.txt"), "utf8"),
        ),
      )
      const sizes = [1, 2].map((more) => {
        const kept = join(door.kept, String(count + more).padStart(4, "0"), "documents")
        return readdirSync(kept).map((name) => statSync(join(kept, name)).size)
      })
      assert.deepEqual(sizes.flat().sort(), [300_000, 400_000])
      count += 2
      for (const report of reports)
        assert.match(report, /(400000|300000) octets, as stated; SHA-1 [0-9a-f]+, as stated/)
    })

    async function broken(to: Opened): Promise<void> {
      const body = multipart([
        rootPart(xopRoot(sampleSubmission([randomBytes(200_000)]))),
        { contentId: "doc1@x", octets: randomBytes(200_000) },
      ])
      const credentials = { chainPem: hospital.chainPem, keyPem: hospital.keyPem, trustedPem: caPem }
      const headers = { "Content-Type": CONTENT_TYPE, "Content-Length": String(body.length) }
      const call = request(to.url, {
        ...clientTls(credentials, [centerPin]),
        agent: false,
        method: "POST",
        headers,
      })
      call.on("error", () => undefined)
      call.write(body.subarray(0, 150_000))
      const begun = join(to.kept, String(count + 1).padStart(4, "0"), "documents")
      while (!existsSync(begun)) await new Promise((resolve) => setTimeout(resolve, 10))
      call.destroy()
    }
  })

  describe("receive, with messages of other stacks", () => {
    it("judges each as docs/ihe-wire.md says", async function () {
      if (SHARED === "") {
        console.log("skipped: DOKUEI_SHARED is not set, so there are no captured messages")
        this.skip()
      }
      this.timeout(60_000)
      const door = await opened("samples", { limitedMetadata: true })
      for (const [key, { answer: expected }] of Object.entries(SAMPLE_ROWS))
        for (const { contentType, body } of formsOf(key)) {
          await raw(door, body, { headers: { "Content-Type": contentType } })
          await new Promise((resolve) => setImmediate(resolve))
          const told = /answered {7}(.*)$/ms.exec(door.printed())?.[1] ?? ""
          if (process.env.DOKUEI_SHOW !== undefined)
            console.log(`${key}: ${told.split("\n").slice(0, 2).join(" ")}`)
          const [first = ""] = expected.split(/[,; ]/)
          assert.ok(told.startsWith(first === "HTTP" ? "SOAP fault" : first), `${key}: ${told}`)
          for (const [, word = ""] of expected.matchAll(/`([^`]+)`/g))
            assert.ok(told.includes(word.replace(/^errorCode="|"$|^wsa:/g, "")), `${key}: ${word} in ${told}`)
        }
      await door.running.stop()
    })
  })

  describe("as a person starts it", () => {
    let child: ChildProcess
    let url: string
    let said = ""
    before(async function () {
      this.timeout(60_000)
      const args = ["xdr", "receive", "--port", "0", "--in-clear", "--keep", at("in-clear")]
      child = spawn(process.execPath, [MAIN, ...args])
      child.stdout!.on("data", (piece: Buffer) => (said += piece.toString()))
      while (!said.includes("\n")) await once(child.stdout!, "data")
      url = /listening at (\S+)/.exec(said)![1]!
    })

    it("takes what curl sends out of a file that was written instead of sent, and ends with Ctrl-C", async function () {
      this.timeout(60_000)
      if (spawnSync("curl", ["--version"]).status !== 0) {
        console.log("skipped: there is no curl")
        this.skip()
      }
      const dir = made("curl", { "a.pdf": "%PDF-1.4" })
      const message = at("message.bin")
      const dry = dokuei("xdr", "send", dir, "--to", "https://127.0.0.1/xdr/recipient", "--dry-run", message)
      assert.equal(dry.code, 0, dry.stderr)
      const type = /^Content-Type: .*$/m.exec(dry.stdout)![0]
      const curl = spawnSync("curl", ["-sS", "-H", type, "--data-binary", `@${message}`, url], {
        encoding: "utf8",
      })
      assert.ok(curl.stdout.includes("ResponseStatusType:Success"), curl.stdout + curl.stderr)
      child.kill("SIGINT")
      const [code] = (await once(child, "close")) as [number]
      assert.equal(code, 0)
      assert.match(said, /in the clear: whoever is on this machine/)
      assert.match(said, /answered {7}Success/)
    })
  })

  it("is told what its options lack, before anything is opened", async () => {
    const dir = made("options", { "a.pdf": "%PDF-1.4" })
    const faultOf = async (...args: readonly string[]): Promise<string> => {
      const command = xdrCommand(() => undefined)
      for (const each of command.commands) each.exitOverride().configureOutput({ writeErr: () => undefined })
      return command.parseAsync(args, { from: "user" }).then(
        () => "none",
        (error: unknown) => (error instanceof CommanderError ? error.message : String(error)),
      )
    }
    const to = ["--to", "https://127.0.0.1/"]
    assert.match(await faultOf("send", dir, ...to), /--key, --cert and --ca are wanted/)
    assert.match(await faultOf("send", dir, "--to", "http://127.0.0.1/"), /begins with https/)
    assert.match(await faultOf("send", at("nowhere"), ...to), /no such folder/)
    assert.match(await faultOf("receive", "--keep", at("never")), /are wanted, or --in-clear/)
    const open = ["receive", "--in-clear", "--host", "0.0.0.0", "--keep", at("never")]
    assert.match(await faultOf(...open), /127\.0\.0\.1 and ::1 alone/)
    assert.ok(!existsSync(at("never")))
  })

  it("takes a message that openssl s_client brings", async function () {
    this.timeout(60_000)
    const door = await opened("s-client")
    const body = rawRoot(xopRoot(sampleSubmission([OCTETS])))
    const head = `POST /xdr/recipient HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: ${CONTENT_TYPE}\r\nContent-Length: ${body.length}\r\n\r\n`
    const files = ["-cert", at("hospital.pem"), "-key", at("hospital.key"), "-CAfile", at("ca.pem")]
    const port = new URL(door.url).port
    const client = spawn("openssl", ["s_client", "-quiet", "-connect", `127.0.0.1:${port}`, ...files])
    let answer = ""
    client.stdout.on("data", (piece: Buffer) => (answer += piece.toString()))
    client.stdin.write(Buffer.concat([Buffer.from(head), body]))
    await once(client, "close")
    assert.ok(answer.includes("ResponseStatusType:Success"), answer)
    await door.running.stop()
  })

  it("a folder's table is short however many files it holds", async () => {
    const files = Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`${n}.txt`, `${n}`]))
    const prepared = await prepare(made("many", files), null)
    assert.match(preparedTold(prepared), /21 documents[^]*… and 1 more\n$/)
    await writeMessage(at("many.bin"), "https://x/", prepared)
    const message = readFileSync(at("many.bin"), "utf8")
    const envelope = /<[a-z0-9]+:Envelope[^]*<\/[a-z0-9]+:Envelope>/.exec(message)![0]
    assert.deepEqual(readSubmission(readXml(envelope)).submission, prepared.submission)
  })
})
