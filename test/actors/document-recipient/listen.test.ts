import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { connect } from "node:tls"
import { pinOf } from "../../../gateway/actors/secure-node/pins.ts"
import { serverTls } from "../../../gateway/actors/secure-node/tls.ts"
import { AcceptanceError, SpoolError } from "../../../gateway/journey/errors.ts"
import { sampleSubmission, uuid } from "../../standards/xds/sample-submission.ts"
import { callingAs, type Center, credentials, makePeople, openCenter, type People } from "../two-sides.ts"
import {
  BOUNDARY,
  CONTENT_TYPE,
  inlineRoot,
  MESSAGE_ID,
  multipart,
  post,
  type RawAnswer,
  type RawOptions,
  type RawPart,
  rootPart,
  xopRoot,
} from "./raw-request.ts"

const ONE = Buffer.concat([
  randomBytes(2000),
  Buffer.from(`\r\n--${BOUNDARY}x\r\n--not\r\n--${BOUNDARY.slice(0, 9)}\n--${BOUNDARY}\n`),
  randomBytes(70_000),
])
const TWO = Buffer.from("two\r\n")
const submission = sampleSubmission([ONE, TWO])
const PARTS: readonly RawPart[] = [
  { contentId: "doc1@x", octets: ONE },
  { contentId: "doc2@x", octets: TWO },
]
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe("Document Recipient", () => {
  let people: People
  let center: Center
  before(async () => {
    people = makePeople()
    center = await openCenter(people, {
      lists: [people.crl],
      limits: { maxRequestBytes: 1_000_000, drainTimeoutMs: 300 },
    })
  })
  after(() => center.close())

  const send = (body: Uint8Array, options?: RawOptions) =>
    post(center.url, callingAs(people, people.hospital), body, options)
  const message = (root = xopRoot(submission), parts = PARTS) => multipart([rootPart(root), ...parts])

  /** Nothing was committed, an opened intake was given up once, and the next good one is taken. */
  async function refused(answer: RawAnswer, status: number, ...words: readonly string[]): Promise<void> {
    for (const word of words) assert.ok(answer.body.includes(word), `${word} in ${answer.body}`)
    assert.equal(answer.status, status)
    const begun = center.handler.seen.at(-1)
    if (begun?.commits === 0) assert.equal(begun.aborts, 1)
    await accepted(await send(message()))
  }
  async function accepted(answer: RawAnswer): Promise<void> {
    assert.ok(answer.body.includes("ResponseStatusType:Success"), answer.body)
    const { last } = center.handler
    assert.deepEqual([last.commits, last.aborts, last.documents.size], [1, 0, 2])
    assert.deepEqual(last.documents.get(uuid(1))?.lengthBytes, ONE.length)
    await Promise.resolve()
  }

  describe("takes", () => {
    it("a request as other stacks write it, and answers in MTOM", async () => {
      const answer = await send(message())
      await accepted(answer)
      assert.match(answer.contentType, /^multipart\/related;.*type="application\/xop\+xml"/)
      assert.ok(answer.body.includes(`<wsa:RelatesTo>${MESSAGE_ID}</wsa:RelatesTo>`))
      assert.deepEqual(center.handler.last.submission, submission)
    })
    it("a chunked request in small pieces", async () => accepted(await send(message(), { chunkBytes: 777 })))
    it("documents in any order", async () => accepted(await send(message(undefined, PARTS.toReversed()))))
    it("inline base64", async () =>
      accepted(await send(multipart([rootPart(inlineRoot(submission, [ONE, TWO]))]), { chunkBytes: 5000 })))
    it("inline and parts mixed", async () => {
      const root = xopRoot(submission).replace(/<xop:Include[^>]*doc2@x[^>]*>/, TWO.toString("base64"))
      await accepted(await send(message(root, PARTS.slice(0, 1))))
    })
    it("parts in base64 and quoted-printable", async () => {
      const parts: readonly RawPart[] = [
        {
          contentId: "doc1@x",
          octets: ONE.toString("base64").replace(/.{76}/g, "$&\r\n"),
          headers: ["Content-Transfer-Encoding: BASE64"],
        },
        {
          contentId: "doc2@x",
          octets: "t=77o=0D=0A=\r\n",
          headers: ["Content-Transfer-Encoding: quoted-printable"],
        },
      ]
      await accepted(await send(message(undefined, parts)))
    })
    it("a start parameter that fits no part, and none at all", async () => {
      for (const headers of [
        CONTENT_TYPE.replace("root@x", "root.x"),
        `multipart/related; boundary="${BOUNDARY}"`,
      ])
        await accepted(await send(message(), { headers: { "Content-Type": headers } }))
    })
    it("percent-encoded references", async () =>
      accepted(await send(message(xopRoot(submission).replaceAll("@x", "%40x")))))
    it("text around the message and no final line end", async () => {
      const framed = Buffer.concat([Buffer.from("preamble\r\n\r\n"), message().subarray(0, -2)])
      await accepted(await send(framed))
      await accepted(await send(Buffer.concat([message(), Buffer.from("epilogue")])))
    })
    it("a document without hash and size", async () => {
      const bare = sampleSubmission([null, null])
      await accepted(await send(message(xopRoot(bare))))
    })
    it("an empty document", async () => {
      const empty = sampleSubmission([Buffer.alloc(0)])
      const answer = await send(message(xopRoot(empty), [{ contentId: "doc1@x", octets: "" }]))
      assert.ok(answer.body.includes("Success"))
      assert.equal(center.handler.last.documents.get(uuid(1))?.lengthBytes, 0)
    })
    it("a handler that does not read the octets", async () => {
      const { document } = center.handler
      center.handler.document = () => Promise.resolve()
      const answer = await send(message())
      center.handler.document = document
      assert.ok(answer.body.includes("Success"))
    })
    it("a folder and an unknown relationship, with a warning each", async () => {
      const association =
        '<rim:Association id="a9" associationType="urn:x" sourceObject="' +
        uuid(1) +
        '" targetObject="' +
        uuid(2) +
        '"/>'
      const answer = await send(
        message(xopRoot(submission).replace("</rim:RegistryObjectList>", `${association}$&`)),
      )
      await accepted(answer)
      assert.ok(answer.body.includes("PartialRelationshipContentNotProcessed"))
      assert.ok(answer.body.includes("ErrorSeverityType:Warning"))
    })
  })

  describe("refuses at the door", () => {
    const turnedAway = () => center.turnedAway.at(-1)
    it("a certificate of its CA that no agreement knows", async () => {
      const answer = await post(center.url, callingAs(people, people.stranger), message())
      assert.equal(answer.status, 403)
      assert.equal(turnedAway()?.reason, "unknown-pin")
      assert.match(turnedAway()?.spkiSha256 ?? "", /^[0-9a-f]{64}$/)
      assert.ok(turnedAway()?.detail.includes("CN=stranger"))
    })
    const strangers = [
      ["foreigner", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
      ["expired", "CERT_HAS_EXPIRED"],
    ] as const
    for (const [who, detail] of strangers)
      it(`a certificate that is ${who}`, async () => {
        await assert.rejects(post(center.url, callingAs(people, people[who]), message()))
        assert.deepEqual([turnedAway()?.reason, turnedAway()?.detail], ["handshake", detail])
        assert.equal(turnedAway()?.remoteAddress, "127.0.0.1")
      })
    it("a certificate that is revoked, of the pinned key too", async () => {
      await assert.rejects(post(center.url, callingAs(people, people.revoked), message()))
      assert.equal(turnedAway()?.reason, "revoked")
      assert.match(turnedAway()?.detail ?? "", /CN=revoked \([0-9a-f]+\) is revoked/)
    })
    it("no certificate, and TLS 1.2", async () => {
      for (const options of [
        {},
        { ...callingAs(people, people.hospital), minVersion: "TLSv1.2", maxVersion: "TLSv1.2" } as const,
      ]) {
        const before = center.turnedAway.length
        await new Promise<void>((resolve) => {
          const socket = connect({
            port: center.port,
            host: "127.0.0.1",
            rejectUnauthorized: false,
            ...options,
          })
          socket.on("error", () => resolve())
          socket.on("close", () => resolve())
          socket.resume()
        })
        await wait(20)
        assert.equal(center.turnedAway.length, before + 1)
        assert.equal(turnedAway()?.reason, "handshake")
      }
    })
    it("a sourceId that is not the sender's", async () => {
      const { submissionSet } = submission
      const other = { ...submission, submissionSet: { ...submissionSet, sourceId: "1.2.3" } }
      await refused(await send(message(xopRoot(other))), 200, "XDSRepositoryError")
      assert.equal(center.turnedAway.at(-1)?.reason, "source-id")
    })
  })

  it("tells once of every submission that did not end with Success, and of none that did", async () => {
    center.failed.length = 0
    await accepted(await send(message()))
    assert.equal(center.failed.length, 0)
    const { submissionSet } = submission
    const other = { ...submission, submissionSet: { ...submissionSet, sourceId: "1.2.3" } }
    await send(message(xopRoot(other)))
    await send(message(xopRoot(submission).replace(/<wsa:Action.*<\/wsa:Action>/, "")))
    const cut = message().subarray(0, message().length - 40_000)
    const half = { headers: { "Content-Length": String(message().length) } }
    void send(cut, half).catch(() => undefined)
    await wait(50)
    assert.deepEqual(
      center.failed.map(({ peer, told }) => [peer.agreement, told.join()]),
      [
        ["hospital-a", "XDSRepositoryError"],
        ["hospital-a", "SOAP_MessageAddressingHeaderRequired"],
      ],
      "a line that is only slow has not failed",
    )
    assert.equal(center.failed[0]?.submission?.submissionSet.sourceId, "1.2.3")
    assert.equal(center.failed[1]?.submission, null)
  })

  describe("refuses as HTTP", () => {
    const cases: readonly (readonly [string, number, RawOptions])[] = [
      ["another method", 405, { method: "PUT" }],
      ["gzip", 415, { headers: { "Content-Encoding": "gzip" } }],
      ["another media type", 415, { headers: { "Content-Type": "application/json" } }],
      ["a media type that is none", 415, { headers: { "Content-Type": "x" } }],
      ["a boundary that is none", 400, { headers: { "Content-Type": "multipart/related" } }],
      ["plain SOAP", 400, { headers: { "Content-Type": "application/soap+xml" } }],
      ["SOAP 1.1", 500, { headers: { "Content-Type": "text/xml" } }],
    ]
    for (const [what, status, options] of cases)
      it(what, async () => refused(await send(message(), options), status))
    it("another path", async () => {
      const answer = await post(center.url + "/x", callingAs(people, people.hospital), message())
      assert.equal(answer.status, 404)
    })
    it("a length over the limit, before a byte is read", async () => {
      await refused(await send(Buffer.alloc(1_000_001)), 413)
    })
    it("plain SOAP in words the sender can read", async () => {
      const answer = await send(Buffer.from(xopRoot(submission)), {
        headers: { "Content-Type": "application/soap+xml" },
      })
      assert.match(answer.contentType, /^application\/soap\+xml/)
      assert.ok(answer.body.includes("soap12:Sender") && answer.body.includes("MTOM"))
    })
  })

  describe("refuses with a SOAP fault", () => {
    const cases: readonly (readonly [string, number, string, (root: string) => string])[] = [
      [
        "SOAP 1.1 inside",
        500,
        "soap12:VersionMismatch",
        (root) =>
          root.replace(
            "http://www.w3.org/2003/05/soap-envelope",
            "http://schemas.xmlsoap.org/soap/envelope/",
          ),
      ],
      [
        "no action",
        400,
        "wsa:MessageAddressingHeaderRequired",
        (root) => root.replace(/<wsa:Action.*<\/wsa:Action>/, ""),
      ],
      [
        "another action",
        400,
        "wsa:ActionNotSupported",
        (root) => root.replace("ProvideAndRegisterDocumentSet-b<", "RegisterDocumentSet-b<"),
      ],
      [
        "a ReplyTo that is elsewhere",
        400,
        "wsa:OnlyAnonymousAddressSupported",
        (root) => root.replace("addressing/anonymous", "addressing/none"),
      ],
      [
        "a mandatory header it does not know",
        500,
        "soap12:MustUnderstand",
        (root) =>
          root.replace(
            "</soap12:Header>",
            '<x:y xmlns:x="urn:x" soap12:mustUnderstand="1"/></soap12:Header>',
          ),
      ],
      [
        "Body before Header",
        400,
        "soap12:Sender",
        (root) =>
          root.replace(/(<soap12:Header>.*<\/soap12:Header>)(<soap12:Body>.*<\/soap12:Body>)/s, "$2$1"),
      ],
      [
        "another body",
        400,
        "soap12:Sender",
        (root) => root.replaceAll("ProvideAndRegisterDocumentSetRequest", "RegisterDocumentSetRequest"),
      ],
      [
        "a document type",
        400,
        "document type",
        (root) => root.replace("<soap12:Envelope", "<!DOCTYPE a><soap12:Envelope"),
      ],
      ["what is no XML", 400, "soap12:Sender", () => "hello"],
    ]
    for (const [what, status, word, bend] of cases)
      it(what, async () => {
        const answer = await send(message(bend(xopRoot(submission))))
        await refused(answer, status, word, "http://www.w3.org/2005/08/addressing/soap/fault")
        assert.ok(answer.body.indexOf("soap12:Code") < answer.body.indexOf("soap12:Reason"))
      })
    it("a root that is not the first part", async () => {
      const swapped = multipart([PARTS[0]!, rootPart(xopRoot(submission)), PARTS[1]!])
      await refused(await send(swapped), 400, "first part")
    })
  })

  describe("refuses with a RegistryResponse", () => {
    const doc1 = PARTS[0]!
    const doc2 = PARTS[1]!
    const cases: readonly (readonly [string, string, () => Buffer])[] = [
      [
        "a wrong hash",
        "XDSRepositoryMetadataError",
        () => message(undefined, [doc1, { ...doc2, octets: "tw0\r\n" }]),
      ],
      [
        "a longer document",
        "XDSRepositoryMetadataError",
        () => message(undefined, [doc1, { ...doc2, octets: "two\r\nx" }]),
      ],
      [
        "a shorter document",
        "XDSRepositoryMetadataError",
        () => message(undefined, [doc1, { ...doc2, octets: "two" }]),
      ],
      ["a missing part", "XDSMissingDocument", () => message(undefined, [doc1])],
      [
        "a part more",
        "XDSMissingDocumentMetadata",
        () => message(undefined, [...PARTS, { contentId: "doc3@x", octets: "x" }]),
      ],
      [
        "a part without Content-ID",
        "XDSMissingDocument",
        () =>
          Buffer.from(
            message().toString("latin1").replace("Content-ID: <doc1@x>", "Content-Language: ja"),
            "latin1",
          ),
      ],
      ["a duplicate Content-ID", "XDSRepositoryMetadataError", () => message(undefined, [doc1, doc2, doc2])],
      [
        "a duplicate Content-ID header",
        "XDSRepositoryMetadataError",
        () => message(undefined, [doc1, { ...doc2, headers: ["Content-ID: <a@x>"] }]),
      ],
      [
        "a Document without entry",
        "XDSMissingDocumentMetadata",
        () =>
          message(
            xopRoot(submission).replace(
              "</xds:ProvideAnd",
              '<xds:Document id="urn:uuid:9">AA==</xds:Document>$&',
            ),
          ),
      ],
      [
        "an entry without Document",
        "XDSMissingDocument",
        () => message(xopRoot(submission).replace(/<xds:Document id="[^"]*2"><.*?<\/xds:Document>/, "")),
      ],
      [
        "two Documents for one part",
        "XDSRepositoryMetadataError",
        () => message(xopRoot(submission).replace("doc2@x", "doc1@x")),
      ],
      [
        "a reference that leads out",
        "XDSRepositoryMetadataError",
        () => message(xopRoot(submission).replace("cid:doc1@x", "file:///etc/passwd")),
      ],
      [
        "base64 that is none",
        "XDSRepositoryMetadataError",
        () => multipart([rootPart(inlineRoot(submission, [ONE, TWO]).replace("</xds:Document>", "*$&"))]),
      ],
      ["XML that breaks off", "XDSRepositoryMetadataError", () => message(xopRoot(submission).slice(0, -20))],
      ["a message that breaks off", "XDSRepositoryMetadataError", () => message().subarray(0, -20)],
      [
        "wrong metadata, all of it",
        "XDSRepositoryMetadataError",
        () =>
          message(xopRoot(submission).replaceAll("20260701010203", "2026-07-01").replace("ja-JP", "日本語")),
      ],
      [
        "another patient in one entry",
        "XDSPatientIdDoesNotMatch",
        () => message(xopRoot(submission).replace(/value="0012345\^/, 'value="999^')),
      ],
      [
        "a uniqueId twice",
        "XDSRepositoryDuplicateUniqueIdInMessage",
        () => message(xopRoot(submission).replaceAll("2.25.1000.2", "2.25.1000.1")),
      ],
      [
        "an unknown transfer encoding",
        "XDSRepositoryMetadataError",
        () => message(undefined, [doc1, { ...doc2, headers: ["Content-Transfer-Encoding: x-uu"] }]),
      ],
    ]
    for (const [what, code, makeMessage] of cases)
      it(what, async () =>
        refused(await send(makeMessage()), 200, "ResponseStatusType:Failure", `errorCode="${code}"`),
      )

    it("more than it takes, although no length was announced", async () => {
      const large = sampleSubmission([null])
      const parts = [{ contentId: "doc1@x", octets: Buffer.alloc(1_100_000) }]
      await refused(
        await send(message(xopRoot(large), parts), { chunkBytes: 65_536 }),
        200,
        "XDSRepositoryOutOfResources",
      )
    })
    it("what the handler refuses, at the beginning, in a document and at the end", async () => {
      const { begin, document, commit } = center.handler
      const no = () =>
        Promise.reject(new AcceptanceError("ERR_CONTENT", "InvalidDocumentContent", "2.25.1000.1"))
      for (const where of ["begin", "document", "commit"] as const) {
        center.handler[where] = no
        const answer = await send(message())
        Object.assign(center.handler, { begin, document, commit })
        await refused(answer, 200, 'errorCode="InvalidDocumentContent"', 'codeContext="2.25.1000.1"')
      }
    })
    it("a full disk as such, and its own fault without telling", async () => {
      const { document } = center.handler
      center.handler.document = () =>
        Promise.reject(new SpoolError("ERR_SPOOL_FULL", "12 bytes free on /secret"))
      await refused(
        await send(message()).finally(() => (center.handler.document = document)),
        200,
        "XDSRepositoryOutOfResources",
      )
      center.handler.document = () => Promise.reject(new TypeError("secret"))
      const answer = await send(message()).finally(() => (center.handler.document = document))
      await refused(answer, 200, "XDSRepositoryError")
      assert.ok(!answer.body.includes("secret"))
      assert.ok(center.faults.at(-1) instanceof TypeError)
    })
  })

  describe("goes on", () => {
    it("after a connection that was cut in a document", async () => {
      const begun = center.handler.seen.length
      const socket = connect({ ...callingAs(people, people.hospital), port: center.port, host: "127.0.0.1" })
      const head = `POST /xdr/recipient HTTP/1.1\r\nHost: x\r\nContent-Type: ${CONTENT_TYPE}\r\nContent-Length: ${message().length}\r\n\r\n`
      socket.write(Buffer.concat([Buffer.from(head), message().subarray(0, 40_000)]))
      while (center.handler.seen.length === begun) await wait(5)
      socket.destroy()
      const { last } = center.handler
      while (last.aborts === 0) await wait(5)
      await wait(20)
      assert.deepEqual([last.commits, last.aborts], [0, 1])
      await accepted(await send(message()))
    })
    it("after a client that sends nothing more once it was refused", async () => {
      const socket = connect({ ...callingAs(people, people.hospital), port: center.port, host: "127.0.0.1" })
      socket.write("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nhalf")
      const answer = await new Promise<string>((resolve) => {
        let text = ""
        socket.setEncoding("utf8").on("data", (piece: string) => (text += piece))
        socket.on("close", () => resolve(text))
      })
      assert.match(answer, /^HTTP\/1\.1 404 /)
      await accepted(await send(message()))
    })
    it("answering busy when there is too much to do", async () => {
      const narrow = await openCenter(people, { limits: { maxSubmissions: 1 } })
      const { commit } = narrow.handler
      let go = (): void => undefined
      narrow.handler.commit = async () => {
        await new Promise<void>((resolve) => (go = resolve))
        return commit()
      }
      const tls = callingAs(people, people.hospital)
      const first = post(narrow.url, tls, message())
      while (narrow.handler.seen[0]?.commits !== 1) await wait(5)
      const second = await post(narrow.url, tls, message())
      assert.ok(second.body.includes("XDSRepositoryBusy"), second.body)
      go()
      assert.ok((await first).body.includes("Success"))
      await narrow.close()
    })
    it("whoever a revocation list does not name yet, and not a moment longer", async () => {
      const lists: Uint8Array[] = []
      const other = await openCenter(people, { lists })
      const call = () => post(other.url, callingAs(people, people.revoked), message())
      assert.ok((await call()).body.includes("Success"))
      lists.push(people.crl)
      await assert.rejects(call())
      assert.equal(other.turnedAway.at(-1)?.reason, "revoked")
      await other.close()
    })
    it("with a renewed certificate once it was given it", async () => {
      const other = await openCenter(people)
      other.renewTls(serverTls(credentials(people, people.clinic)))
      await assert.rejects(post(other.url, callingAs(people, people.hospital), message()))
      const tls = callingAs(people, people.hospital, pinOf(people.clinic.x509))
      assert.ok((await post(other.url, tls, message())).body.includes("Success"))
      await other.close()
    })
    it("however long the handler takes once all has come", async () => {
      const other = await openCenter(people, { limits: { idleTimeoutMs: 200 } })
      other.handler.commit = async () => {
        await wait(900)
        return []
      }
      const answer = await post(other.url, callingAs(people, people.hospital), message())
      assert.ok(answer.body.includes("Success"))
      await other.close()
    })
    it("until it is closed, waiting for what is in progress", async () => {
      const other = await openCenter(people)
      other.handler.commit = async () => {
        await wait(100)
        return []
      }
      const sent = post(other.url, callingAs(people, people.hospital), message())
      while (other.handler.seen[0]?.commits !== 1) await wait(5)
      await other.close()
      assert.ok((await sent).body.includes("Success"))
    })
  })
})
