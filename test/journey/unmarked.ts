/** A partner without seals, and messages as somebody sends them who has never heard of us. */
import { createHash } from "node:crypto"
import type { Agreement } from "../../gateway/journey/agreement.ts"
import type { SubmissionHandler } from "../../gateway/journey/ports/inbound.ts"
import type { DocumentSource } from "../../gateway/journey/ports/outside.ts"
import type { RegistryResponse } from "../../gateway/standards/xds/registry-response.ts"
import type { Code, DocumentEntry, Submission } from "../../gateway/standards/xds/submission.ts"
import { refusalOf } from "../../gateway/actors/document-recipient/refusal.ts"
import { SoapFault } from "../../gateway/standards/soap/fault.ts"
import { Line } from "./line.ts"

/** As the configuration makes it of `packaging: {form: plain, permission: …}`. */
export const PLAIN: Partial<Agreement> = {
  packaging: { form: "plain", seals: "none", permission: { document: "覚書 第3条", date: "2026-04-01" } },
  receipts: "registry-response",
  units: "off",
  recoding: "none",
}

/** As the configuration makes it of `packaging: {form: den}`. */
export const DEN: Partial<Agreement> = {
  ...PLAIN,
  packaging: { form: "den", seals: "none", permission: null },
}

/** What went over the line, by the entryUUID of each document. */
export interface Overheard {
  readonly submission: Submission
  readonly octets: ReadonlyMap<string, Buffer>
}

/** A line somebody listens to. */
export class OverheardLine {
  readonly heard: Overheard[] = []
  readonly line = new Line()

  source(door: () => SubmissionHandler, asPartner: string): DocumentSource {
    const inner = this.line.source(door, asPartner)
    return {
      provideAndRegister: async (...call) => {
        const [, submission, documents] = call
        const octets = new Map<string, Buffer>()
        for (const document of documents) {
          const pieces: Uint8Array[] = []
          for await (const piece of document.open()) pieces.push(piece)
          octets.set(document.entryUUID, Buffer.concat(pieces))
        }
        this.heard.push({ submission, octets })
        return inner.provideAndRegister(...call)
      },
    }
  }
}

const code = (value: string, scheme: string, display = value): Code => ({ code: value, scheme, display })
const FOREIGN_SCHEME = "1.3.6.1.4.1.21367.100.1"
const DICOM_UIDS = "1.2.840.10008.2.6.1"
export const KOS = code("1.2.840.10008.5.1.4.1.1.88.59", DICOM_UIDS)
export const MR = code("1.2.840.10008.5.1.4.1.1.4", DICOM_UIDS)
export const ANY_FORMAT = code("urn:ihe:iti:xds:2017:mimeTypeSufficient", "1.3.6.1.4.1.19376.1.2.3")

export interface ForeignDocument {
  readonly uniqueId: string
  readonly mimeType: string
  readonly formatCode: Code
  readonly octets: Buffer
  readonly references?: readonly string[]
}

export interface ForeignSender {
  /** OID, as the agreement has it. */
  readonly sourceId: string
  readonly PatientID: string
  readonly patientIdDomain: string
}

let counter = 0
const urn = (): string => `urn:uuid:00000000-0000-4000-9000-${String(++counter).padStart(12, "0")}`

/** Codes of its own, no contentTypeCode of ours, no workflow instance; references only as asked for. */
export function foreign(
  { sourceId, PatientID, patientIdDomain }: ForeignSender,
  documents: readonly ForeignDocument[],
  associations: (entries: readonly DocumentEntry[]) => Submission["associations"] = () => [],
): Overheard {
  const cx = `${PatientID}^^^&${patientIdDomain}&ISO`
  const entries = documents.map(
    ({ uniqueId, mimeType, formatCode, octets, references = [] }): DocumentEntry => ({
      entryUUID: urn(),
      limitedMetadata: false,
      uniqueId,
      mimeType,
      title: "",
      author: { authorPerson: "77^Jones^Mary", authorInstitution: ["General Hospital"], authorRole: [] },
      legalAuthenticator: null,
      classCode: code("DIAGNOSTIC", FOREIGN_SCHEME),
      typeCode: code("MR-HEAD", FOREIGN_SCHEME),
      formatCode,
      confidentialityCode: [code("R", "2.16.840.1.113883.5.25")],
      healthcareFacilityTypeCode: code("HOSP", FOREIGN_SCHEME),
      practiceSettingCode: code("RAD", FOREIGN_SCHEME),
      eventCodeList: [],
      languageCode: "en-us",
      creationTime: "20260401000000",
      serviceStartTime: null,
      serviceStopTime: null,
      patientId: cx,
      sourcePatientId: cx,
      sourcePatientInfo: [`PID-3|${cx}`, "PID-5|Yamada^Tarou"],
      referenceIdList: references,
      hash: createHash("sha1").update(octets).digest("hex"),
      size: octets.length,
    }),
  )
  const submission: Submission = {
    submissionSet: {
      entryUUID: urn(),
      limitedMetadata: false,
      uniqueId: `2.25.7700${++counter}`,
      sourceId,
      patientId: cx,
      submissionTime: "20260401000000",
      title: "MR head",
      author: null,
      contentTypeCode: code("REFERRAL", FOREIGN_SCHEME),
      intendedRecipient: [],
    },
    documentEntries: entries,
    associations: associations(entries),
  }
  return { submission, octets: new Map(entries.map(({ entryUUID }, n) => [entryUUID, documents[n]!.octets])) }
}

/** Handed to a door as the recipient's actor does it. */
export async function deliver(
  door: SubmissionHandler,
  agreement: string,
  { submission, octets }: Overheard,
): Promise<RegistryResponse> {
  try {
    const peer = { agreement, spkiSha256: "", remoteAddress: "192.0.2.1" }
    const intake = await door.begin(peer, submission, urn())
    try {
      for (const entry of submission.documentEntries)
        await intake.document(entry, inPieces(octets.get(entry.entryUUID)!))
      const warnings = await intake.commit()
      return { status: "Success", errors: warnings.map((each) => ({ ...each, severity: "Warning" })) }
    } catch (error) {
      await intake.abort()
      throw error
    }
  } catch (error) {
    const { answer } = refusalOf(error, true)
    if (answer instanceof SoapFault) throw answer
    return answer
  }
}

async function* inPieces(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 700) yield await Promise.resolve(bytes.subarray(at, at + 700))
}

export const answerOf = ({ status, errors }: RegistryResponse): string =>
  [status, ...errors.map(({ errorCode }) => errorCode)].join(" ")
