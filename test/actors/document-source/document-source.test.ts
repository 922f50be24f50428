import assert from "node:assert/strict"
import { createHash, randomBytes } from "node:crypto"
import { createServer as createHttps, type Server } from "node:https"
import type { RequestListener } from "node:http"
import { createServer as createTcp, type AddressInfo } from "node:net"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { documentSource } from "../../../gateway/actors/document-source/document-source.ts"
import type { Endpoint } from "../../../gateway/actors/document-source/endpoint.ts"
import { pinOf } from "../../../gateway/actors/secure-node/pins.ts"
import { serverTls } from "../../../gateway/actors/secure-node/tls.ts"
import { AcceptanceError } from "../../../gateway/journey/errors.ts"
import type { OutboundDocument } from "../../../gateway/journey/ports/outside.ts"
import { writeResponse } from "../../../gateway/standards/soap/envelope-writer.ts"
import { SoapFault, writeFault } from "../../../gateway/standards/soap/fault.ts"
import { FAULT_ACTION } from "../../../gateway/standards/soap/namespaces.ts"
import { PROVIDE_AND_REGISTER_RESPONSE } from "../../../gateway/standards/xds/provide-and-register.ts"
import { writeRegistryResponse } from "../../../gateway/standards/xds/registry-response-writer.ts"
import { sampleSubmission, uuid } from "../../standards/xds/sample-submission.ts"
import type { TestCertificate } from "../certificates.ts"
import {
  callingAs,
  type Center,
  credentials,
  makePeople,
  openCenter,
  outbound,
  type People,
} from "../two-sides.ts"

const MESSAGE_ID = "urn:uuid:11111111-2222-4333-8444-555555555555"
const nothing = (): void => undefined
const MiB = 1024 * 1024
setFlagsFromString("--expose-gc")
const collectGarbage = runInNewContext("gc") as () => void

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<readonly Uint8Array[]> {
  const collected: Uint8Array[] = []
  for await (const piece of pieces) collected.push(piece)
  return collected
}

let people: People
before(() => {
  people = makePeople()
})

describe("Document Source to Document Recipient", () => {
  let center: Center
  before(async () => {
    center = await openCenter(people)
  })
  after(() => center.close())

  const source = (endpoint: Partial<Endpoint> = {}) =>
    documentSource(() => ({ url: center.url, tls: callingAs(people, people.hospital), ...endpoint }))
  const send = (octets: Uint8Array = Buffer.from("one"), endpoint: Partial<Endpoint> = {}) =>
    source(endpoint).provideAndRegister(
      "center",
      sampleSubmission([octets]),
      [outbound(uuid(1), octets)],
      MESSAGE_ID,
      nothing,
    )

  it("carries 50 documents, bit by bit, in one submission", async () => {
    const octets = Array.from({ length: 50 }, (_, index) => randomBytes(1000 * index))
    const submission = sampleSubmission(octets)
    const documents = octets.map((bytes, index) => outbound(uuid(index + 1), bytes))
    const progress: number[] = []
    const count = (bytesSent: number): void => void progress.push(bytesSent)
    const answer = await source().provideAndRegister("center", submission, documents, MESSAGE_ID, count)
    assert.deepEqual(answer, { status: "Success", errors: [] })
    const { last } = center.handler
    assert.deepEqual(last.submission, submission)
    assert.equal(last.messageId, MESSAGE_ID)
    assert.equal(last.peer.agreement, "hospital-a")
    octets.forEach((bytes, index) => {
      const sha1 = createHash("sha1").update(bytes).digest("hex")
      assert.deepEqual(last.documents.get(uuid(index + 1)), { lengthBytes: bytes.length, sha1 })
    })
    assert.deepEqual([last.commits, last.aborts], [1, 0])
    assert.deepEqual(
      progress.toSorted((a, b) => a - b),
      progress,
    )
    assert.ok(progress.at(-1)! > octets.reduce((sum, bytes) => sum + bytes.length, 0))
  })

  it("streams 64 MB and keeps none of it", async () => {
    const block = randomBytes(64 * 1024)
    const blocks = 1024
    const hash = createHash("sha1")
    for (let n = 0; n < blocks; n += 1) hash.update(block)
    const submission = sampleSubmission([null])
    const size = blocks * block.length
    const entry = { ...submission.documentEntries[0]!, hash: hash.digest("hex"), size }
    const kept = (): number => {
      collectGarbage()
      const { external, heapUsed } = process.memoryUsage()
      return external + heapUsed
    }
    const before = kept()
    let peakBytes = before
    const document: OutboundDocument = {
      entryUUID: uuid(1),
      lengthBytes: size,
      async *open() {
        for (let n = 0; n < blocks; n += 1) {
          await Promise.resolve()
          yield Buffer.from(block)
          if (n % 64 === 0) peakBytes = Math.max(peakBytes, kept())
        }
      },
    }
    const answer = await source().provideAndRegister(
      "center",
      { ...submission, documentEntries: [entry] },
      [document],
      MESSAGE_ID,
      nothing,
    )
    assert.equal(answer.status, "Success")
    assert.ok(peakBytes - before < 8 * MiB, `${Math.round((peakBytes - before) / MiB)} MiB held`)
  })

  it("slows down with the recipient's handler", async () => {
    let taken = 0
    let ahead = 0
    let sent = 0
    const remembered = center.handler.document
    center.handler.document = async (_seen, _entry, octets) => {
      for await (const piece of octets) {
        taken += piece.length
        ahead = Math.max(ahead, sent - taken)
        if (taken < 4 * MiB) await new Promise((resolve) => setTimeout(resolve, 2))
      }
    }
    const octets = randomBytes(24 * MiB)
    const document: OutboundDocument = {
      entryUUID: uuid(1),
      lengthBytes: octets.length,
      async *open() {
        await Promise.resolve()
        for (let at = 0; at < octets.length; at += 65_536) yield octets.subarray(at, at + 65_536)
      },
    }
    const count = (bytesSent: number): number => (sent = bytesSent)
    const submission = sampleSubmission([octets])
    const answer = await source().provideAndRegister("center", submission, [document], MESSAGE_ID, count)
    center.handler.document = remembered
    assert.equal(answer.status, "Success")
    // What the kernel's socket buffers on loopback take at most.
    assert.ok(ahead < 16 * MiB, `${Math.round(ahead / MiB)} MiB ahead`)
  })

  it("gives back a refusal with its code, and the warnings of a success", async () => {
    const { begin, commit } = center.handler
    center.handler.begin = () =>
      Promise.reject(new AcceptanceError("ERR_OTHER_RECIPIENT", "UnknownRecipient", "not us"))
    const refused = await send()
    center.handler.begin = begin
    center.handler.commit = () =>
      Promise.resolve([{ errorCode: "DocumentQueued", codeContext: "2.25.1000.1" }])
    const queued = await send()
    center.handler.commit = commit
    assert.deepEqual(refused, {
      status: "Failure",
      errors: [{ errorCode: "UnknownRecipient", codeContext: "not us", severity: "Error" }],
    })
    assert.deepEqual(queued, {
      status: "Success",
      errors: [{ errorCode: "DocumentQueued", codeContext: "2.25.1000.1", severity: "Warning" }],
    })
  })

  it("reads an early refusal although it would have had much more to send", async () => {
    const { begin } = center.handler
    center.handler.begin = () =>
      Promise.reject(new AcceptanceError("ERR_CONTENT", "InvalidDocumentContent", "no"))
    for (const expectContinue of [true, false]) {
      const answer = await send(Buffer.alloc(32 * MiB), { expectContinue })
      assert.equal(answer.errors[0]?.errorCode, "InvalidDocumentContent")
    }
    center.handler.begin = begin
  })

  it("works with the IHE option that floors at TLS 1.2, for the agreement that has it", async () => {
    const floor = await openCenter(people, { profile: "ihe-stx" })
    const old = {
      minVersion: "TLSv1.2",
      maxVersion: "TLSv1.2",
      ciphers: "ECDHE-ECDSA-AES256-GCM-SHA384",
    } as const
    const calling = (who: TestCertificate) => ({ ...callingAs(people, who), ...old })
    const answer = await send(undefined, { url: floor.url, tls: calling(people.clinic) })
    assert.equal(answer.status, "Success")
    for (const url of [floor.url, center.url])
      await assert.rejects(send(undefined, { url, tls: calling(people.hospital) }), {
        code: "ERR_SUBMISSION_TLS",
      })
    await floor.close()
  })

  it("sends the same bytes again, except for the MessageID", async () => {
    const { requestMessage } = await import("../../../gateway/actors/document-source/message.ts")
    const octets = randomBytes(10_000)
    const bytesOf = async (messageId: string): Promise<string> => {
      const head = { messageId, to: center.url, security: null }
      const message = requestMessage(sampleSubmission([octets]), [outbound(uuid(1), octets)], head)
      const bytes = Buffer.concat(await collect(message.pieces()))
      assert.equal(bytes.length, message.lengthBytes)
      return bytes.toString("latin1")
    }
    const other = MESSAGE_ID.replace("1111", "9999")
    assert.equal((await bytesOf(MESSAGE_ID)).replaceAll(MESSAGE_ID, other), await bytesOf(other))
  })

  describe("when it does not work", () => {
    it("is unreachable when nobody listens", () =>
      assert.rejects(send(undefined, { url: "https://127.0.0.1:1/xdr" }), {
        code: "ERR_SUBMISSION_UNREACHABLE",
        failure: "transient",
      }))

    it("is a TLS failure when the server's key is not the pinned one", () =>
      assert.rejects(
        send(undefined, { tls: callingAs(people, people.hospital, pinOf(people.stranger.x509)) }),
        {
          code: "ERR_SUBMISSION_TLS",
        },
      ))

    it("is a TLS failure when the server is of another CA", () =>
      assert.rejects(
        send(undefined, {
          tls: { ...callingAs(people, people.hospital), ca: people.foreigner.chainPem },
        }),
        { code: "ERR_SUBMISSION_TLS" },
      ))

    it("is a TLS failure when the server refuses our certificate", () =>
      assert.rejects(send(undefined, { tls: callingAs(people, people.foreigner) }), {
        code: "ERR_SUBMISSION_TLS",
      }))

    it("is a TLS failure when what listens speaks no TLS", async () => {
      const plain = createTcp((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"))
      await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve))
      const url = `https://127.0.0.1:${(plain.address() as AddressInfo).port}/`
      await assert.rejects(send(undefined, { url }), { code: "ERR_SUBMISSION_TLS" })
      plain.close()
    })

    it("is refused when no agreement knows our key", () =>
      assert.rejects(send(undefined, { tls: callingAs(people, people.stranger) }), {
        code: "ERR_SUBMISSION_REFUSED",
        failure: "permanent",
      }))

    it("passes on what a document throws while it is read, and the recipient keeps nothing", async () => {
      const rot = new Error("rot")
      const begun = center.handler.seen.length
      const document: OutboundDocument = {
        entryUUID: uuid(1),
        lengthBytes: 10 * MiB,
        async *open() {
          yield Buffer.alloc(MiB)
          while (center.handler.seen.length === begun) await new Promise((resolve) => setTimeout(resolve, 5))
          throw rot
        },
      }
      const submission = sampleSubmission([null])
      await assert.rejects(
        source().provideAndRegister("c", submission, [document], MESSAGE_ID, nothing),
        (error) => error === rot,
      )
      const { last } = center.handler
      while (last.aborts === 0) await new Promise((resolve) => setTimeout(resolve, 5))
      assert.deepEqual([last.commits, last.aborts], [0, 1])
    })

    it("does not send a document that is not of its stated length", async () => {
      const document = { ...outbound(uuid(1), Buffer.alloc(10)), lengthBytes: 11 }
      const submission = sampleSubmission([null])
      await assert.rejects(source().provideAndRegister("c", submission, [document], MESSAGE_ID, nothing), {
        code: "MTOM_LENGTH",
      })
      await assert.rejects(source().provideAndRegister("c", submission, [], MESSAGE_ID, nothing), {
        code: "XDS_REQUEST",
      })
    })
  })
})

describe("Document Source with foreign recipients", () => {
  let server: Server
  let listener: RequestListener
  let url: string
  before(async () => {
    server = createHttps(serverTls(credentials(people, people.center)), (request, response) => {
      listener(request, response)
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`
  })
  after(() => {
    server.closeAllConnections()
    server.close()
  })

  const send = (endpoint: Partial<Endpoint> = {}) => {
    const octets = Buffer.from("octets")
    return documentSource(() => ({
      url,
      tls: callingAs(people, people.hospital),
      ...endpoint,
    })).provideAndRegister(
      "center",
      sampleSubmission([octets]),
      [outbound(uuid(1), octets)],
      MESSAGE_ID,
      nothing,
    )
  }
  /** Reads the whole request, then answers. */
  const answering =
    (status: number, contentType: string, body: string): RequestListener =>
    (request, response) => {
      request.resume().on("end", () => response.writeHead(status, { "Content-Type": contentType }).end(body))
    }
  const success = writeResponse(
    PROVIDE_AND_REGISTER_RESPONSE,
    MESSAGE_ID,
    writeRegistryResponse({ status: "Success", errors: [] }),
  )
  const fault = (value: "Sender" | "Receiver"): string =>
    writeResponse(FAULT_ACTION, MESSAGE_ID, writeFault(new SoapFault(value, "so it is")))

  it("accepts a plain SOAP answer, and one that calls itself text/xml", async () => {
    for (const contentType of ["application/soap+xml; charset=UTF-8", "text/xml", "application/xml"]) {
      listener = answering(200, contentType, success)
      assert.equal((await send()).status, "Success")
    }
  })

  it("accepts MTOM without start, quotes and final line end", async () => {
    const body = `--x\r\nContent-Type: application/xop+xml\r\n\r\n${success}\r\n--x--`
    listener = answering(200, "Multipart/Related; boundary=x; type=application/xop+xml", body)
    assert.equal((await send()).status, "Success")
  })

  const SOAP = "application/soap+xml"
  const cases: readonly (readonly [string, string, () => RequestListener])[] = [
    ["a Sender fault is a refusal", "ERR_SUBMISSION_REFUSED", () => answering(400, SOAP, fault("Sender"))],
    [
      "a Receiver fault is worth another try",
      "ERR_SUBMISSION_BUSY",
      () => answering(500, SOAP, fault("Receiver")),
    ],
    ["503 is worth another try", "ERR_SUBMISSION_BUSY", () => answering(503, "text/html", "<html>")],
    ["404 is a refusal", "ERR_SUBMISSION_REFUSED", () => answering(404, "text/html", "<html>")],
    ["a redirect is a refusal", "ERR_SUBMISSION_REFUSED", () => answering(307, "text/html", "")],
    ["502 is ambiguous", "ERR_SUBMISSION_UNANSWERED", () => answering(502, "text/html", "<html>")],
    [
      "200 without SOAP is ambiguous",
      "ERR_SUBMISSION_UNANSWERED",
      () => answering(200, "text/html", "<html>"),
    ],
    ["202 is ambiguous", "ERR_SUBMISSION_UNANSWERED", () => answering(202, "text/plain", "")],
    ["broken XML is ambiguous", "ERR_SUBMISSION_UNANSWERED", () => answering(200, SOAP, "<a>")],
    [
      "a document type is ambiguous",
      "ERR_SUBMISSION_UNANSWERED",
      () => answering(200, SOAP, `<!DOCTYPE a>${success}`),
    ],
    [
      "another body is ambiguous",
      "ERR_SUBMISSION_UNANSWERED",
      () => answering(200, SOAP, success.replaceAll("RegistryResponse", "Other")),
    ],
    [
      "a truncated multipart is ambiguous",
      "ERR_SUBMISSION_UNANSWERED",
      () => answering(200, "multipart/related; boundary=x", "--x\r\n\r\n<a/>"),
    ],
    [
      "a connection cut after the request is ambiguous",
      "ERR_SUBMISSION_UNANSWERED",
      () => (request) => void request.resume().on("end", () => request.socket.destroy()),
    ],
    [
      "a connection cut in the answer is ambiguous",
      "ERR_SUBMISSION_UNANSWERED",
      () => (request, response) => {
        response.writeHead(200, { "Content-Type": SOAP, "Content-Length": 1000 }).write("<")
        setTimeout(() => request.socket.destroy(), 20)
      },
    ],
  ]
  for (const [what, code, makeListener] of cases)
    it(what, async () => {
      listener = makeListener()
      await assert.rejects(send(), { code })
    })

  it("does not wait for ever: for the answer, for 100 (Continue), for a reader", async () => {
    listener = (request) => void request.resume()
    await assert.rejects(send({ timeouts: { answerMs: 50 } }), { code: "ERR_SUBMISSION_UNANSWERED" })
    server.on("checkContinue", (request, response) => listener(request, response))
    listener = answering(200, "application/soap+xml", success)
    assert.equal((await send({ timeouts: { continueMs: 50 } })).status, "Success")
    server.removeAllListeners("checkContinue")
  })
})
