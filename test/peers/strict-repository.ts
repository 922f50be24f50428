/**
 * An XDS.b Document Repository with its registry, as strict as the texts let one be: schemas, WS-Addressing, the column XDS DS
 * of the metadata, known patients, hashes, and relationships to what is registered. None of the gateway's code looks at what comes.
 */
import { createHash } from "node:crypto"
import { createServer, type Server } from "node:https"
import type { AddressInfo } from "node:net"
import type { TlsOptions } from "node:tls"
import { schemaFaults } from "./schemas.ts"
import { inlined, mimeParts, wireRequest, type WireDocument } from "./wire.ts"

export interface Registered extends WireDocument {
  readonly setUniqueId: string
  readonly isDeprecated: boolean
}

const ACTION = "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b"
const RS = "urn:oasis:names:tc:ebxml-regrep"
/** ITI TF-3 table 4.3.1-2, column XDS DS, "R": by what stands for each in ebRIM. */
const REQUIRED_SLOTS = ["creationTime", "languageCode", "sourcePatientId"]
const REQUIRED_CODES = {
  classCode: "41a5887f-8865-4c09-adf7-e362475b143a",
  confidentialityCode: "f4f85eac-e6cb-4883-b524-f2705394840f",
  formatCode: "a09d5840-386c-46f2-b5ad-9c3699a4309d",
  healthcareFacilityTypeCode: "f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1",
  practiceSettingCode: "cccf5598-8b07-4b77-a05e-ae952c785ead",
  typeCode: "f0306f51-975f-434e-a61c-c59651d33983",
}
const PATIENT_ID = "58a6f841-87b3-4a3e-92fd-a8ffeff98427"
const LIMITED = ["ab9b591b-83ab-4d03-8f5d-f93b1fb92e85", "5003a9db-8d8d-49e6-bf0c-990e34ac7707"]

export class StrictRepository {
  readonly documents: Registered[] = []
  /** What it found wrong, in its own words. */
  readonly faults: string[] = []
  /** Patients of the affinity domain, as CX. */
  readonly patients = new Set<string>()
  /** Answered instead, once each. */
  readonly next: string[] = []
  requests = 0
  readonly #server: Server
  readonly #schema: string | null

  private constructor(server: Server, schema: string | null) {
    this.#server = server
    this.#schema = schema
  }

  static async open(tls: TlsOptions, schema: string | null): Promise<StrictRepository> {
    const server = createServer(tls)
    const repository = new StrictRepository(server, schema)
    server.on("checkContinue", (request, response) => {
      response.writeContinue()
      server.emit("request", request, response)
    })
    server.on("request", (request, response) => {
      const pieces: Buffer[] = []
      request.on("data", (piece: Buffer) => pieces.push(piece))
      request.on("end", () => {
        repository.requests += 1
        const answer = repository.#answer(request.headers["content-type"] ?? "", Buffer.concat(pieces))
        response.writeHead(200, { "content-type": "application/soap+xml; charset=utf-8" }).end(answer)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    return repository
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}/services/repository`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #answer(contentType: string, body: Buffer): string {
    const request = wireRequest({ contentType, body })
    const messageId = /<wsa:MessageID>([^<]+)</.exec(request.soap)?.[1] ?? ""
    const told = this.next.shift()
    if (told !== undefined) return response(messageId, [told])
    const faults = [
      ...this.#envelope(contentType, body, request.soap),
      ...this.#schemas(inlined(request)),
      ...this.#metadata(request.soap),
      ...request.documents.flatMap((each) => this.#content(each)),
    ]
    this.faults.push(...faults)
    if (faults.length > 0) return response(messageId, ["XDSRepositoryMetadataError"])
    const codes = [
      ...request.documents.flatMap((each) => this.#duplicate(each)),
      ...this.#unknownPatients(request.soap),
      ...this.#relationships(request.soap),
    ]
    if (codes.length === 0)
      for (const each of request.documents)
        if (!this.documents.some(({ entryUUID }) => entryUUID === each.entryUUID))
          this.documents.push({ ...each, setUniqueId: request.setUniqueId, isDeprecated: false })
    return response(messageId, codes)
  }

  /** ITI TF-2 appendix V, and MTOM as 3.41.4.1.2 wants it. */
  #envelope(contentType: string, body: Buffer, soap: string): string[] {
    const [root] = mimeParts(contentType, body)
    const wanted: readonly (readonly [string, boolean])[] = [
      [
        "multipart/related of type application/xop+xml",
        /^multipart\/related;.*type="application\/xop\+xml"/.test(contentType),
      ],
      ["start-info application/soap+xml", contentType.includes('start-info="application/soap+xml')],
      [
        "a root part of application/xop+xml",
        /content-type: application\/xop\+xml/i.test(root?.headers ?? ""),
      ],
      ["SOAP 1.2", soap.includes('"http://www.w3.org/2003/05/soap-envelope"')],
      [
        "wsa:Action that must be understood",
        new RegExp(`<wsa:Action soap12:mustUnderstand="(1|true)">${ACTION}<`).test(soap),
      ],
      ["wsa:To of this endpoint", soap.includes(`<wsa:To>${this.url}</wsa:To>`)],
      ["wsa:MessageID", /<wsa:MessageID>urn:uuid:[0-9a-f-]{36}</.test(soap)],
      ["an anonymous wsa:ReplyTo", /<wsa:ReplyTo><wsa:Address>[^<]+\/anonymous</.test(soap)],
    ]
    return wanted.filter(([, holds]) => !holds).map(([what]) => `not there: ${what}`)
  }

  #schemas(envelope: string): string[] {
    return this.#schema === null ? [] : schemaFaults(this.#schema, [envelope])
  }

  #metadata(soap: string): string[] {
    const faults: string[] = []
    if (soap.includes('name="intendedRecipient"')) faults.push("intendedRecipient: a repository is nobody's")
    if (soap.includes('name="repositoryUniqueId"'))
      faults.push("repositoryUniqueId is the repository's to give")
    for (const label of LIMITED) if (soap.includes(label)) faults.push("limited metadata")
    for (const [entry] of soap.matchAll(/<rim:ExtrinsicObject [^]*?<\/rim:ExtrinsicObject>/g)) {
      for (const slot of REQUIRED_SLOTS) if (!entry.includes(`name="${slot}"`)) faults.push(`no ${slot}`)
      for (const [code, scheme] of Object.entries(REQUIRED_CODES))
        if (!entry.includes(`classificationScheme="urn:uuid:${scheme}"`)) faults.push(`no ${code}`)
      if (!entry.includes(`identificationScheme="urn:uuid:${PATIENT_ID}"`)) faults.push("no patientId")
    }
    return faults
  }

  #content({ uniqueId, hash, size, octets }: WireDocument): string[] {
    const sha1 = createHash("sha1").update(octets).digest("hex")
    return [
      ...(octets.length === size && sha1 === hash ? [] : [`hash or size of ${uniqueId}`]),
      ...(/^[0-2](\.(0|[1-9]\d*))+$/.test(uniqueId) && uniqueId.length <= 64 ? [] : [`uniqueId ${uniqueId}`]),
    ]
  }

  #duplicate({ uniqueId, hash }: WireDocument): string[] {
    const before = this.documents.find((each) => each.uniqueId === uniqueId)
    return before === undefined || before.hash === hash ? [] : ["XDSNonIdenticalHash"]
  }

  #unknownPatients(soap: string): string[] {
    const ids = [
      ...soap.matchAll(
        new RegExp(
          `identificationScheme="urn:uuid:${PATIENT_ID}"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*identificationScheme="urn:uuid:${PATIENT_ID}"`,
          "g",
        ),
      ),
    ]
    const all = ids.map(([, a, b]) => (a ?? b ?? "").replaceAll("&amp;", "&"))
    return all.every((each) => this.patients.has(each)) ? [] : ["XDSUnknownPatientId"]
  }

  #relationships(soap: string): string[] {
    const replaced = [...soap.matchAll(/<rim:Association [^>]*>/g)]
      .map(([tag]) => tag)
      .filter((tag) => tag.includes("AssociationType:RPLC"))
      .map((tag) => /targetObject="([^"]+)"/.exec(tag)?.[1])
    const unknown = replaced.filter((id) => !this.documents.some(({ entryUUID }) => entryUUID === id))
    if (unknown.length > 0) return ["UnresolvedReferenceException"]
    for (const [index, each] of this.documents.entries())
      if (replaced.includes(each.entryUUID)) this.documents[index] = { ...each, isDeprecated: true }
    return []
  }
}

function response(messageId: string, codes: readonly string[]): string {
  const errors = codes.map(
    (code) =>
      `<rs:RegistryError errorCode="${code}" codeContext="said by a strict repository" severity="${RS}:ErrorSeverityType:Error"/>`,
  )
  const list = errors.length === 0 ? "" : `<rs:RegistryErrorList>${errors.join("")}</rs:RegistryErrorList>`
  const status = `${RS}:ResponseStatusType:${errors.length === 0 ? "Success" : "Failure"}`
  return `<?xml version="1.0" encoding="UTF-8"?>
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing"><s:Header>
<a:Action s:mustUnderstand="1">${ACTION}Response</a:Action><a:RelatesTo>${messageId}</a:RelatesTo></s:Header><s:Body>
<rs:RegistryResponse xmlns:rs="${RS}:xsd:rs:3.0" status="${status}">${list}</rs:RegistryResponse></s:Body></s:Envelope>`
}
