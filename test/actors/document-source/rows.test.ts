import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { createServer, type Server } from "node:https"
import type { IncomingMessage, RequestListener } from "node:http"
import type { AddressInfo } from "node:net"
import path from "node:path"
import { documentSource } from "../../../gateway/actors/document-source/document-source.ts"
import type { Endpoint } from "../../../gateway/actors/document-source/endpoint.ts"
import { serverTls } from "../../../gateway/actors/secure-node/tls.ts"
import { writeResponse } from "../../../gateway/standards/soap/envelope-writer.ts"
import { verbatim } from "../../../gateway/standards/xml/writer.ts"
import { PROVIDE_AND_REGISTER_RESPONSE } from "../../../gateway/standards/xds/provide-and-register.ts"
import type { RegistryResponse } from "../../../gateway/standards/xds/registry-response.ts"
import { writeRegistryResponse } from "../../../gateway/standards/xds/registry-response-writer.ts"
import { sampleSubmission, uuid } from "../../standards/xds/sample-submission.ts"
import { callingAs, credentials, makePeople, outbound, type People } from "../two-sides.ts"
import { ANSWER_ROWS, rowTests } from "../wire-rows.ts"

const SHARED = process.env.DOKUEI_SHARED ?? ""
const MESSAGE_ID = "urn:uuid:11111111-2222-4333-8444-555555555555"
const SOAP = "application/soap+xml; charset=UTF-8"
const MiB = 1024 * 1024
const ENVELOPE_11 = "http://schemas.xmlsoap.org/soap/envelope/"

describe("Document Source, row by row", () => {
  let people: People
  let server: Server
  let listener: RequestListener
  let url: string
  before(async () => {
    people = makePeople()
    server = createServer(serverTls(credentials(people, people.center)))
    server.on("request", (request, response) => listener(request, response))
    server.on("checkContinue", (request, response) => {
      if (expectations === "unknown") response.writeHead(417).end()
      else {
        response.writeContinue()
        listener(request, response)
      }
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`
  })
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  let expectations: "known" | "unknown" = "known"

  const OCTETS = Buffer.from("octets")
  function send(timeouts: Endpoint["timeouts"] = {}): Promise<RegistryResponse> {
    const source = documentSource(() => ({ url, tls: callingAs(people, people.hospital), timeouts }))
    const documents = [outbound(uuid(1), OCTETS)]
    return source.provideAndRegister(
      "center",
      sampleSubmission([OCTETS]),
      documents,
      MESSAGE_ID,
      () => undefined,
    )
  }
  const answering = (contentType: string, body: string, status = 200): void => {
    listener = (request, response) =>
      void request
        .resume()
        .on("end", () => response.writeHead(status, { "Content-Type": contentType }).end(body))
  }
  const envelope = (body: string): string =>
    writeResponse(PROVIDE_AND_REGISTER_RESPONSE, MESSAGE_ID, verbatim(body))
  const registered = writeRegistryResponse({ status: "Success", errors: [] }).text
  const SUCCESS = envelope(registered)
  const mtom = (root: string, startInfo = "application/soap+xml") => ({
    contentType: `multipart/related; boundary=b; type="application/xop+xml"; start-info="${startInfo}"`,
    body: `--b\r\nContent-Type: application/xop+xml; type="${startInfo}"\r\n\r\n${root}\r\n--b--`,
  })
  async function failing(code: string, words = /./): Promise<void> {
    await assert.rejects(send(), (error: Error & { readonly code?: string }) => {
      assert.equal(error.code, code)
      assert.match(error.message, words)
      return true
    })
  }

  const { row, untested } = rowTests(ANSWER_ROWS)

  row("M13", async () => {
    answering(SOAP, SUCCESS)
    assert.deepEqual(await send(), { status: "Success", errors: [] })
    const refused = writeRegistryResponse({
      status: "Failure",
      errors: [{ errorCode: "XDSRepositoryBusy", codeContext: "later", severity: "Error" }],
    })
    answering("application/xml", envelope(refused.text))
    assert.equal((await send()).errors[0]?.errorCode, "XDSRepositoryBusy")
  })
  row("M14", async () => {
    answering("text/xml; charset=utf-8", SUCCESS)
    assert.equal((await send()).status, "Success")
    const right = mtom(SUCCESS, "text/xml")
    answering(right.contentType, right.body)
    assert.equal((await send()).status, "Success")

    const old = SUCCESS.replace("http://www.w3.org/2003/05/soap-envelope", ENVELOPE_11)
    for (const { contentType, body } of [{ contentType: "text/xml", body: old }, mtom(old, "text/xml")]) {
      answering(contentType, body)
      await failing("ERR_SUBMISSION_UNANSWERED", /SOAP 1\.2 is wanted, this envelope is SOAP 1\.1/)
    }
    const fault = (code: string): string =>
      `<s:Envelope xmlns:s="${ENVELOPE_11}"><s:Body><s:Fault><faultcode>s:${code}</faultcode>` +
      "<faultstring>only 1.1</faultstring></s:Fault></s:Body></s:Envelope>"
    for (const [code, meaning] of [
      ["VersionMismatch", "ERR_SUBMISSION_REFUSED"],
      ["Client.Authentication", "ERR_SUBMISSION_REFUSED"],
      ["Server", "ERR_SUBMISSION_BUSY"],
    ] as const) {
      answering("text/xml", fault(code), 500)
      await failing(meaning, /only 1\.1/)
    }
  })
  row("D18", async () => {
    const error = (severity: string): string =>
      `<rs:RegistryErrorList><rs:RegistryError errorCode="XDSRepositoryError" codeContext="x" severity="urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:${severity}"/></rs:RegistryErrorList>`
    const response = (status: string, list = ""): string =>
      `<rs:RegistryResponse xmlns:rs="urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0" status="urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:${status}">${list}</rs:RegistryResponse>`
    for (const [body, status] of [
      [response("Warning"), "Success"],
      [response("Warning", error("Warning")), "Success"],
      [response("Success", error("Warning")), "Success"],
      [response("Success", error("Error")), "Failure"],
      [response("Failure"), "Failure"],
      [response("Failure", error("Warning")), "Failure"],
      [response("PartialSuccess"), "Failure"],
    ] as const) {
      answering(SOAP, envelope(body))
      assert.equal((await send()).status, status, body)
    }
    answering(SOAP, SUCCESS, 500)
    await failing("ERR_SUBMISSION_UNANSWERED", /Success with HTTP 500/)
    answering(SOAP, envelope(response("Failure")), 500)
    assert.equal((await send()).status, "Failure")
    answering(SOAP, envelope(response("Maybe")))
    await failing("ERR_SUBMISSION_UNANSWERED")
    await samples()
  })

  async function samples(): Promise<void> {
    if (SHARED === "") return
    const read = (...name: string[]): string =>
      readFileSync(path.join(SHARED, "ihe/samples", ...name), "utf8").replace(/^<\?xml.*?\?>/, "")
    for (const [name, status] of [
      ["regresp-fail-noerr.xml", "Failure"],
      ["regresp-suc-err.xml", "Failure"],
    ] as const) {
      answering(SOAP, envelope(read("response", name)))
      assert.equal((await send()).status, status, name)
    }
    for (const [name, status] of [
      ["iti41-response-success.xml", "Success"],
      ["iti41-response-success-warnings.xml", "Success"],
      ["iti41-response-failure.xml", "Failure"],
    ] as const) {
      answering(SOAP, read("constructed", name))
      assert.equal((await send()).status, status, name)
    }
    answering(SOAP, read("constructed", "soap-fault-action-not-supported.xml"), 400)
    await failing("ERR_SUBMISSION_REFUSED", /ActionNotSupported/)
  }

  row("R1", async () => {
    let followed = 0
    for (const status of [301, 302, 303, 307, 308]) {
      listener = (request, response) => {
        if (request.url !== "/") followed += 1
        request.resume().on("end", () =>
          // Whatever stands in its body.
          response.writeHead(status, { Location: `${url}elsewhere`, "Content-Type": SOAP }).end(SUCCESS),
        )
      }
      await failing("ERR_SUBMISSION_REFUSED", /redirect/)
    }
    assert.equal(followed, 0)
  })
  row("R2", async () => {
    expectations = "unknown"
    try {
      const asked: (string | undefined)[] = []
      listener = (request, response) => {
        asked.push(request.headers.expect)
        const pieces: Buffer[] = []
        request.on("data", (piece: Buffer) => pieces.push(piece))
        request.on("end", () => {
          assert.ok(Buffer.concat(pieces).includes(OCTETS))
          response.writeHead(200, { "Content-Type": SOAP }).end(SUCCESS)
        })
      }
      assert.equal((await send()).status, "Success")
      assert.deepEqual(asked, [undefined])
    } finally {
      expectations = "known"
    }
  })
  row("R3", async () => {
    const never: RequestListener = (request) => void request.resume()
    const begun: RequestListener = (request, response) => {
      request.resume()
      response.writeHead(200, { "Content-Type": SOAP }).write("<")
    }
    const drips: RequestListener = (request, response) => {
      request.resume()
      response.writeHead(200, { "Content-Type": SOAP })
      const timer = setInterval(() => response.write(" "), 20)
      response.on("close", () => clearInterval(timer))
    }
    for (const each of [never, begun, drips]) {
      listener = each
      await assert.rejects(send({ answerMs: 150 }), { code: "ERR_SUBMISSION_UNANSWERED" })
    }
  })
  row("R4", async () => {
    let written = 0
    listener = (request: IncomingMessage, response) => {
      request.resume()
      response.writeHead(200, { "Content-Type": SOAP })
      const more = (): void => {
        if (response.destroyed) return
        written += MiB
        if (response.write(" ".repeat(MiB))) setImmediate(more)
        else response.once("drain", more)
      }
      more()
    }
    await failing("ERR_SUBMISSION_UNANSWERED", /too large/)
    assert.ok(written < 64 * MiB, `${written / MiB} MiB`)
  })
  row("R5", async () => {
    const parts =
      `--b\r\nContent-ID: <a@x>\r\nContent-Type: text/plain\r\n\r\nhello\r\n` +
      `--b\r\nContent-ID: <root@x>\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(SUCCESS).toString("base64")}\r\n--b--`
    answering('multipart/related; boundary=b; start="<root@x>"', parts)
    assert.equal((await send()).status, "Success")
  })

  it("leaves no row out", () => assert.deepEqual(untested(), []))
})
