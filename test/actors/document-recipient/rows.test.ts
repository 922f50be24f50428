import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { request } from "node:https"
import type { IncomingMessage } from "node:http"
import path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { connect } from "node:tls"
import { sampleSubmission, uuid } from "../../standards/xds/sample-submission.ts"
import { callingAs, type Center, makePeople, openCenter, type People } from "../two-sides.ts"
import { REQUEST_ROWS, rowTests } from "../wire-rows.ts"
import { captured, SHARED } from "./captured.ts"
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

const ONE = Buffer.concat([randomBytes(3000), Buffer.from(`\r\n--${BOUNDARY}x\n--${BOUNDARY}\n`)])
const TWO = Buffer.from("two\r\n")
const SUBMISSION = sampleSubmission([ONE, TWO])
const PARTS: readonly RawPart[] = [
  { contentId: "doc1@x", octets: ONE },
  { contentId: "doc2@x", octets: TWO },
]
const FAULT_ACTION = "http://www.w3.org/2005/08/addressing/soap/fault"
const TOOLKIT2 = "iti41-mtom/toolkit2-"
const SAMPLE_SOURCES = [
  "1.3.6.1.4.1.21367.4",
  "129.6.58.92.1.1",
  "1.3.6.1.4.1.21367.13.40.111",
  "2.999.392.1",
  "1.3.6.1.4.1.21367.2010.1.2.900",
]

describe("Document Recipient, row by row", () => {
  let people: People
  let center: Center
  before(async () => {
    people = makePeople()
    const sourceIds = [SUBMISSION.submissionSet.sourceId, ...SAMPLE_SOURCES]
    const limits = { maxRequestBytes: 1_000_000, maxParts: 6, idleTimeoutMs: 1_000, drainTimeoutMs: 300 }
    center = await openCenter(people, { sourceIds, limits, lists: [people.crl] })
    if (SHARED === "") console.log("DOKUEI_SHARED is not set: rows are tested with messages of our own only")
  })
  after(() => center.close())
  beforeEach(() => (center.tolerated.length = 0))
  afterEach(() => assert.deepEqual(center.faults, []))

  const root = (): string => xopRoot(SUBMISSION)
  const message = (text: string = root(), parts = PARTS): Buffer => multipart([rootPart(text), ...parts])
  async function send(body: Uint8Array, options?: RawOptions): Promise<RawAnswer> {
    return seen(await post(center.url, callingAs(people, people.hospital), body, options))
  }
  const sendAs = (contentType: string, body = message()) =>
    send(body, { headers: { "Content-Type": contentType } })

  /** Nothing of what we are made of is on the wire. */
  function seen(answer: RawAnswer): RawAnswer {
    assert.doesNotMatch(answer.body, /\.ts\b|\.js\b|node:|\bat \S+ \(|Error:|\/gateway\//)
    return answer
  }
  function taken(answer: RawAnswer, documents = 2): void {
    assert.equal(answer.status, 200)
    assert.ok(answer.body.includes("ResponseStatusType:Success"), answer.body)
    assert.equal(center.handler.last.documents.size, documents)
  }
  function failed(answer: RawAnswer, errorCode: string): void {
    assert.equal(answer.status, 200)
    assert.ok(answer.body.includes("ResponseStatusType:Failure"), answer.body)
    assert.ok(answer.body.includes(`errorCode="${errorCode}"`), answer.body)
    assert.ok(center.handler.seen.every(({ commits, aborts }) => commits + aborts === 1))
  }
  function faulted(answer: RawAnswer, status: number, ...words: readonly string[]): void {
    assert.equal(answer.status, status, answer.body)
    for (const word of ["soap12:Fault", FAULT_ACTION, ...words])
      assert.ok(answer.body.includes(word), `${word} in ${answer.body}`)
    assert.ok(answer.body.indexOf("soap12:Code") < answer.body.indexOf("soap12:Reason"))
  }
  /** Captured messages, with the line ends as stored and as on a wire. The OID 3.4.5 of some is none: put right. */
  async function replayed(name: string, check: (answer: RawAnswer) => void): Promise<void> {
    if (SHARED === "") return
    for (const isWire of [false, true]) {
      const { contentType, body } = captured(`${TOOLKIT2}${name}`, isWire)
      const legal = body.toString("latin1").replaceAll("&amp;3.4.5&amp;ISO", "&amp;1.3.4.5&amp;ISO")
      check(await sendAs(contentType, Buffer.from(legal, "latin1")))
    }
  }
  const sampleTaken = (answer: RawAnswer): void => taken(answer, 1)
  /** An envelope of the samples as root, its documents inline. */
  const wrapped = (name: string): Buffer =>
    multipart([rootPart(readFileSync(path.join(SHARED, "ihe/samples/iti41", name), "utf8"))])

  const { row, untested } = rowTests(REQUEST_ROWS)

  row("M1", async () => {
    taken(await sendAs(`multipart/related; boundary="${BOUNDARY}"; type="application/xop+xml"`))
    await replayed("xop.body.txt", sampleTaken)
  })
  row("M2", async () => {
    taken(await sendAs(CONTENT_TYPE.replace("<root@x>", "<0.urn:uuid76A2>")))
    assert.deepEqual(center.tolerated, ["the start parameter names no part"])
    const swapped = multipart([PARTS[0]!, rootPart(root()), PARTS[1]!])
    faulted(await send(swapped), 400, "soap12:Sender", "first part")
  })
  row("M3", async () => {
    taken(await send(message(root().replaceAll("@x", "%40x"))))
    const axis = message(
      root().replaceAll("@x", "@urn:a"),
      PARTS.map((part) => ({ ...part, contentId: part.contentId.replace("@x", "@urn:a") })),
    )
    taken(await send(axis))
    await replayed("encodedurl.body.txt", sampleTaken)
  })
  row("M4", async () => {
    taken(await send(multipart([rootPart(inlineRoot(SUBMISSION, [ONE, TWO]))])))
    const mixed = root().replace(/<xop:Include[^>]*doc2@x[^>]*>/, TWO.toString("base64"))
    taken(await send(message(mixed, PARTS.slice(0, 1))))
    await replayed("noxop.body.txt", sampleTaken)
    await replayed("dicom.body.txt", sampleTaken)
  })
  row("M5", async () => {
    const unquoted = `multipart/related; boundary=${BOUNDARY}; type="application/xop+xml"`
    for (const contentType of [CONTENT_TYPE, unquoted]) taken(await sendAs(contentType))
    await replayed("dicom.body.txt", sampleTaken)
    await replayed("http-mtom-pnr.txt", sampleTaken)
  })
  row("M6", async () => {
    const body = message().toString("latin1").replace("<root@x>", "<http://tempuri.org/0>")
    const contentType = CONTENT_TYPE.replace("<root@x>", "<http://tempuri.org/0>")
    taken(await sendAs(contentType, Buffer.from(body, "latin1")))
    assert.deepEqual(center.tolerated, [])
    await replayed("dicom.body.txt", sampleTaken)
  })
  row("M7", async () => {
    const text = sampleSubmission([Buffer.from("a"), Buffer.from("b")])
    const parts = PARTS.map((part, n) => ({ ...part, octets: "ab"[n]! }))
    const stored = multipart([rootPart(xopRoot(text)), ...parts])
      .toString()
      .replaceAll("\r\n", "\n")
      .replace(/^(Content-.*)$/gm, "$1 ")
    taken(await send(Buffer.from(` \n${stored}`)))
    assert.deepEqual(center.tolerated, ["lines end with LF alone"])
    await replayed("http-mtom-pnr.txt", sampleTaken)
  })
  row("M8", async () => {
    const framed = [Buffer.from("This is MIME.\r\n\r\n"), message().subarray(0, -2)]
    taken(await send(Buffer.concat(framed)))
    taken(await send(Buffer.concat([message(), Buffer.from("that was MIME\r\n--x\r\n")])))
  })
  row("M9", async () => {
    const octets = Buffer.from(
      `\r\n--not-the-boundary\r\n--${BOUNDARY}x\r\n--${BOUNDARY}y--\r\n--${BOUNDARY.slice(0, -1)}`,
    )
    const text = sampleSubmission([octets, TWO])
    const parts = [{ contentId: "doc1@x", octets }, PARTS[1]!]
    taken(await send(message(xopRoot(text), parts), { chunkBytes: 11 }))
    assert.equal(center.handler.last.documents.get(uuid(1))?.lengthBytes, octets.length)
  })
  row("M10", async () => {
    failed(await send(message(root().replace("doc2@x", "doc2@y"))), "XDSMissingDocument")
    failed(await send(message(root(), PARTS.slice(0, 1))), "XDSMissingDocument")
    await replayed("mtom-body.txt", (answer) => failed(answer, "XDSMissingDocument"))
  })
  row("M11", async () => {
    const more = [...PARTS, { contentId: "doc3@x", octets: "x" }]
    failed(await send(message(root(), more)), "XDSMissingDocumentMetadata")
    failed(await send(message(root(), more.toReversed())), "XDSMissingDocumentMetadata")
  })
  row("M12", async () => {
    const answer = await sendAs("application/soap+xml; charset=UTF-8", Buffer.from(root()))
    faulted(answer, 400, "soap12:Sender", "MTOM")
    assert.match(answer.contentType, /^application\/soap\+xml/)
  })
  row("M15", async () => {
    taken(await send(message(), { chunkBytes: 777 }))
    assert.deepEqual(await asking({}), { status: 200, continued: true })
    assert.deepEqual(await asking({ "Content-Type": "application/json" }), { status: 415, continued: false })
    assert.deepEqual(await asking({ "Content-Length": "2000000" }), { status: 413, continued: false })
    for (const coding of ["gzip", "deflate", "br"]) {
      const { status, acceptEncoding } = await asking({ "Content-Encoding": coding })
      assert.deepEqual([status, acceptEncoding], [415, "identity"])
    }
    const raw = await overSocket("Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")
    assert.match(raw, /^HTTP\/1\.1 501 /)
  })
  row("M16", async () => {
    const security = (must: string): string =>
      `<s:Security xmlns:s="urn:s"${must}><s:Token><i:Include xmlns:i="http://www.w3.org/2004/08/xop/include" href="cid:token%40x"/></s:Token></s:Security>`
    const withHeader = (must = ""): string => root().replace("</soap12:Header>", `${security(must)}$&`)
    const parts = [{ contentId: "token@x", octets: "certificate" }, ...PARTS]
    taken(await send(message(withHeader(), parts)))
    taken(await send(message(withHeader(), [...PARTS, parts[0]!])))
    const must = ' soap12:mustUnderstand="1"'
    faulted(await send(message(withHeader(must), parts)), 500, "soap12:MustUnderstand")
    const include = '<i:Include xmlns:i="http://www.w3.org/2004/08/xop/include" href="cid:token%40x"/>'
    const addressed = root().replace(/(<wsa:MessageID[^>]*>)[^<]*/, `$1${include}`)
    faulted(await send(message(addressed, parts)), 400, "wsa:InvalidAddressingHeader")
  })
  row("M17", async () => {
    const encoded = (text: string | Uint8Array, parameter: string): Buffer =>
      multipart([
        { contentId: "root@x", octets: text, headers: [`Content-Type: application/xop+xml${parameter}`] },
        ...PARTS,
      ])
    const wide = (encoding: string, mark: string): Buffer =>
      Buffer.from(mark + root().replace('encoding="UTF-8"', `encoding="${encoding}"`), "utf16le")
    taken(await send(encoded(root(), "")))
    taken(await send(encoded(root().replace(/^<\?xml.*?\?>/, ""), "")))
    taken(await send(encoded(wide("UTF-16", "\ufeff"), '; charset="utf-16"')))
    taken(await send(encoded(wide("UTF-16LE", ""), "; charset=utf-16le")))
    taken(await send(encoded(wide("UTF-16", "\ufeff").swap16(), "")), 2)
    assert.deepEqual(center.handler.last.submission, SUBMISSION)
    const shiftJis = root().replace('encoding="UTF-8"', 'encoding="Shift_JIS"')
    faulted(await send(encoded(shiftJis, "; charset=Shift_JIS")), 400, "soap12:Sender", "encoding")
    faulted(await send(encoded(Buffer.from([0x3c, 0x83, 0x65]), "")), 400, "soap12:Sender", "utf-8")
  })
  row("M18", async () => {
    const six = sampleSubmission(Array.from({ length: 6 }, () => TWO))
    const parts = six.documentEntries.map((_, n) => ({ contentId: `doc${n + 1}@x`, octets: TWO }))
    failed(await send(multipart([rootPart(xopRoot(six)), ...parts])), "XDSRepositoryOutOfResources")
    assert.equal((await send(Buffer.alloc(1_000_001))).status, 413)
    const endless = Buffer.concat([message().subarray(0, -(BOUNDARY.length + 8)), Buffer.alloc(1_000_000)])
    failed(await send(endless, { chunkBytes: 65_536 }), "XDSRepositoryMetadataError")
    const unmeasured = sampleSubmission([null, null])
    const huge = message(xopRoot(unmeasured), [
      PARTS[0]!,
      { contentId: "doc2@x", octets: Buffer.alloc(1_000_000) },
    ])
    failed(await send(huge, { chunkBytes: 65_536 }), "XDSRepositoryOutOfResources")
    assert.equal((await slowly(6, 250)).status, 200, "1.5 s, longer than the idle limit")
    await assert.rejects(slowly(2, 2_000), "nothing moved for longer than the limit")
  })
  row("M19", async () => {
    failed(await send(message(root(), [...PARTS, PARTS[1]!])), "XDSRepositoryMetadataError")
    const asRoot = [{ ...PARTS[0]!, contentId: "root@x" }, PARTS[1]!]
    failed(await send(message(root().replace("doc1@x", "root@x"), asRoot)), "XDSRepositoryMetadataError")
    failed(await send(message(root().replace("doc2@x", "doc1@x"))), "XDSRepositoryMetadataError")
  })
  row("M20", async () => {
    const encoded = (contentId: string, octets: string, encoding: string): RawPart => ({
      contentId,
      octets,
      headers: [`Content-Transfer-Encoding: ${encoding}`],
    })
    const base64 = encoded("doc1@x", ONE.toString("base64").replace(/.{76}/g, "$&\r\n"), "BASE64")
    const quoted = encoded("doc2@x", "t=77o=0D=0A=\r\n", "quoted-printable")
    taken(await send(message(root(), [base64, quoted]), { chunkBytes: 13 }))
    for (const [octets, encoding] of [
      ["two", "x-uuencode"],
      ["t*o=", "base64"],
      ["t=7", "quoted-printable"],
    ] as const)
      failed(
        await send(message(root(), [PARTS[0]!, encoded("doc2@x", octets, encoding)])),
        "XDSRepositoryMetadataError",
      )
  })

  const withoutAction = (): string => root().replace(/<wsa:Action.*<\/wsa:Action>/, "")
  row("S1", async () => {
    faulted(await send(message(withoutAction())), 400, "soap12:Sender", "wsa:MessageAddressingHeaderRequired")
    const other = root().replace("ProvideAndRegisterDocumentSet-b<", "RegisterDocumentSet-b<")
    faulted(await send(message(other)), 400, "soap12:Sender", "wsa:ActionNotSupported")
    if (SHARED === "") return
    faulted(await send(wrapped("soap-noaction-pnr.xml")), 400, "wsa:MessageAddressingHeaderRequired")
    // Its addressing is right; what is wrong with it is an OID.
    const answer = await send(wrapped("soap-pnr.xml"))
    assert.ok(answer.body.includes("RegistryResponse") && answer.body.includes("3.4.5"), answer.body)
  })
  row("S2", async () => {
    taken(await send(message(root().replace(' soap12:mustUnderstand="true"', ""))))
    assert.deepEqual(center.tolerated, ["without mustUnderstand on wsa:Action"])
  })
  row("S3", async () => {
    for (const truth of ["1", "true"]) {
      taken(await send(message(root().replace('mustUnderstand="true"', `mustUnderstand="${truth}"`))))
      const strange = root().replace("</soap12:Header>", `<x soap12:mustUnderstand="${truth}"/>$&`)
      faulted(await send(message(strange)), 500, "soap12:MustUnderstand")
    }
    const optional = '<x soap12:mustUnderstand="0"/><y soap12:mustUnderstand="false"/><z/>'
    taken(await send(message(root().replace("</soap12:Header>", `${optional}$&`))))
  })
  row("S4", async () => {
    taken(await send(message(root().replace(/<wsa:ReplyTo>.*<\/wsa:ReplyTo>/, ""))))
    assert.deepEqual(center.tolerated, ["without wsa:ReplyTo"])
    const faultTo = "<wsa:FaultTo><wsa:Address>https://y/</wsa:Address></wsa:FaultTo>"
    for (const elsewhere of [
      root().replace("addressing/anonymous", "addressing/none"),
      root().replace("<wsa:To>", `${faultTo}$&`),
    ])
      faulted(
        await send(message(elsewhere)),
        400,
        "wsa:InvalidAddressingHeader",
        "wsa:OnlyAnonymousAddressSupported",
      )
  })
  row("S5", async () => {
    const header = '<x:Claim xmlns:x="urn:x" soap12:mustUnderstand="1"/>'
    const answer = await send(message(root().replace("</soap12:Header>", `${header}$&`)))
    faulted(
      answer,
      500,
      "soap12:MustUnderstand",
      '<soap12:NotUnderstood xmlns:not="urn:x" qname="not:Claim"/>',
    )
    const next = header.replace("/>", ' soap12:role="http://www.w3.org/2003/05/soap-envelope/role/none"/>')
    taken(await send(message(root().replace("</soap12:Header>", `${next}$&`))))
  })
  row("S6", async () => {
    for (const text of ["hello", withoutAction(), root().replaceAll("2003/05/soap-envelope", "2003/06/x")])
      faulted(await send(message(text)), text === withoutAction() || text === "hello" ? 400 : 500)
    faulted(await sendAs("text/xml", Buffer.from(root())), 500)
  })
  row("S7", async () => {
    const id = "urn:uuid:00000000-0000-4000-8000-00000000cafe?a=1&amp;b=%3C"
    const named = root().replace(MESSAGE_ID, id)
    const related = `<wsa:RelatesTo>${id}</wsa:RelatesTo>`
    const must = named.replace("</soap12:Header>", '<x soap12:mustUnderstand="1"/>$&')
    for (const text of [named, must, named.replace("Document id=", "Document name=")])
      assert.ok((await send(message(text))).body.includes(related))
  })
  row("S8", async () => {
    assert.doesNotMatch(MESSAGE_ID, /-/)
    taken(await send(message()))
    const answer = await send(message(root().replace(/<wsa:MessageID>.*<\/wsa:MessageID>/, "")))
    taken(answer)
    assert.ok(!answer.body.includes("RelatesTo"))
    assert.deepEqual(center.tolerated, ["without wsa:MessageID"])
  })
  row("S9", async () => {
    const turned = root().replace(
      /(<soap12:Header>.*<\/soap12:Header>)(<soap12:Body>.*<\/soap12:Body>)/s,
      "$2$1",
    )
    faulted(await send(message(turned)), 400, "soap12:Sender")
    if (SHARED !== "") faulted(await send(wrapped("soap-pnr-soap-order.xml")), 400, "soap12:Sender")
  })
  row("S10", async () => {
    for (const type of [
      "<!DOCTYPE a>",
      '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
      '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
      '<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd">',
    ])
      faulted(await send(message(root().replace("<soap12:Envelope", `${type}$&`))), 400, "document type")
    faulted(await send(message(root().replace(MESSAGE_ID, "&e;"))), 400, "soap12:Sender")
  })
  row("S11", async () => {
    taken(await sendAs(`${CONTENT_TYPE}; action="urn:ihe:iti:2007:RegisterDocumentSet-b"`))
    assert.deepEqual(center.tolerated, ["another action in Content-Type than in wsa:Action"])
    const contentType = `${CONTENT_TYPE}; action="urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b"`
    faulted(await sendAs(contentType, message(withoutAction())), 400, "wsa:MessageAddressingHeaderRequired")
  })
  row("S12", async () => {
    const old = root().replace(
      "http://www.w3.org/2003/05/soap-envelope",
      "http://schemas.xmlsoap.org/soap/envelope/",
    )
    const upgrade = '<soap12:SupportedEnvelope qname="soap12:Envelope"/>'
    faulted(await send(message(old)), 500, "soap12:VersionMismatch", upgrade)
    faulted(await sendAs("text/xml; charset=utf-8", Buffer.from(old)), 500, "soap12:VersionMismatch", upgrade)
  })
  row("S13", async () => {
    const twice = root().replace("<wsa:To>", "<wsa:To>https://y/</wsa:To>$&")
    faulted(await send(message(twice)), 400, "wsa:InvalidAddressingHeader", "wsa:InvalidCardinality")
  })

  /** How the door was closed to whoever called last. */
  const turnedAway = (): string => center.turnedAway.at(-1)?.reason ?? ""
  row("A1", async () => {
    const answer = seen(await post(center.url, callingAs(people, people.stranger), message()))
    assert.deepEqual([answer.status, turnedAway()], [403, "unknown-pin"])
  })
  row("A2", async () => {
    const callers = { expired: "handshake", foreigner: "handshake", revoked: "revoked" } as const
    for (const [who, reason] of Object.entries(callers) as ["expired" | "foreigner" | "revoked", string][]) {
      await assert.rejects(post(center.url, callingAs(people, people[who]), message()))
      assert.equal(turnedAway(), reason, who)
    }
    const { ca, checkServerIdentity } = callingAs(people, people.hospital)
    const before = center.turnedAway.length
    await assert.rejects(post(center.url, { ca, checkServerIdentity, minVersion: "TLSv1.3" }, message()))
    while (center.turnedAway.length === before) await sleep(5)
    assert.equal(turnedAway(), "handshake")
  })
  row("A3", async () => {
    for (const version of ["TLSv1.1", "TLSv1.2"] as const) {
      const old = { minVersion: version, maxVersion: version, ciphers: "DEFAULT@SECLEVEL=0" }
      const before = center.turnedAway.length
      await assert.rejects(post(center.url, { ...callingAs(people, people.hospital), ...old }, message()))
      while (center.turnedAway.length === before) await sleep(5)
      assert.equal(turnedAway(), "handshake", version)
    }
  })
  row("H1", async () => {
    assert.match(await overSocket("no header\r\n\r\n"), /^HTTP\/1\.1 400 /)
    assert.match(await overSocket(`X: ${"x".repeat(100_000)}\r\n`), /^HTTP\/1\.1 431 /)
    taken(await send(message()))
  })

  it("leaves no row out", () => assert.deepEqual(untested(), []))

  /** A client that waits for leave: was it given, and what was answered? */
  async function asking(headers: Readonly<Record<string, string>>) {
    const body = message()
    const call = request(center.url, {
      ...callingAs(people, people.hospital),
      agent: false,
      method: "POST",
      headers: {
        "Content-Type": CONTENT_TYPE,
        "Content-Length": String(body.length),
        Expect: "100-continue",
        ...headers,
      },
    })
    let continued = false
    call.on("continue", () => {
      continued = true
      call.end(body)
    })
    call.flushHeaders()
    const [answer] = (await once(call, "response")) as [IncomingMessage]
    const acceptEncoding = answer.headers["accept-encoding"]
    call.on("error", () => undefined).destroy()
    const status = answer.statusCode
    return acceptEncoding === undefined ? { status, continued } : { status, continued, acceptEncoding }
  }

  /** What is answered to a request head written by hand. */
  async function overSocket(rest: string): Promise<string> {
    const socket = connect({ ...callingAs(people, people.hospital), port: center.port, host: "127.0.0.1" })
    socket.write(`POST /xdr/recipient HTTP/1.1\r\nHost: x\r\nContent-Type: ${CONTENT_TYPE}\r\n${rest}`)
    const [first] = (await once(socket, "data")) as [Buffer]
    socket.destroy()
    return first.toString()
  }

  /** A good message in so many pieces, with a pause before each. */
  async function slowly(pieces: number, pauseMs: number): Promise<{ readonly status: number }> {
    const body = message()
    const call = request(center.url, {
      ...callingAs(people, people.hospital),
      agent: false,
      method: "POST",
      headers: { "Content-Type": CONTENT_TYPE, "Content-Length": String(body.length) },
    })
    const answered = once(call, "response") as Promise<[IncomingMessage]>
    const size = Math.ceil(body.length / pieces)
    const write = async (): Promise<void> => {
      for (let at = 0; at < body.length; at += size) {
        await sleep(pauseMs)
        call.write(body.subarray(at, at + size))
      }
      call.end()
    }
    const [[answer]] = await Promise.all([answered, write()])
    answer.resume()
    return { status: answer.statusCode ?? 0 }
  }
})
