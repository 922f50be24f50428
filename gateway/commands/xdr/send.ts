/** `dokuei xdr send DIR`: a folder as one ITI-41 submission, by the gateway's own Document Source and without a gateway. */
import { open } from "node:fs/promises"
import { documentSource } from "../../actors/document-source/document-source.ts"
import type { Endpoint } from "../../actors/document-source/endpoint.ts"
import { requestMessage } from "../../actors/document-source/message.ts"
import { octetsOf } from "../../actors/portable-media/read-file.ts"
import { clientTls, clientTlsByName } from "../../actors/secure-node/tls.ts"
import { systemChance, systemClock } from "../../clock.ts"
import { MediumError, SubmissionError } from "../../journey/errors.ts"
import { uuidUrn } from "../../journey/ids.ts"
import type { OutboundDocument } from "../../journey/ports/outside.ts"
import { Malformed } from "../../standards/malformed.ts"
import { MetadataFault } from "../../standards/xds/metadata-fault.ts"
import { PROVIDE_LIMITS } from "../../standards/xds/provide-and-register-reader.ts"
import { readSubmission } from "../../standards/xds/submission-reader.ts"
import { writeSubmission } from "../../standards/xds/submission-writer.ts"
import type { Submission } from "../../standards/xds/submission.ts"
import { readXml } from "../../standards/xml/reader.ts"
import { Progress, type Screen } from "../import/progress.ts"
import { printable } from "../printable.ts"
import { documentsIn, type FolderDocument } from "./folder.ts"
import { testMetadata } from "./metadata-file.ts"
import { nodeCredentials, type NodeFiles } from "./node.ts"
import { responseTold } from "./response-told.ts"
import { submissionTable } from "./submission-table.ts"
import { testSubmission } from "./test-submission.ts"

export interface Prepared {
  readonly submission: Submission
  readonly documents: readonly FolderDocument[]
  readonly outbound: readonly OutboundDocument[]
}

/** Reads every file once. @throws ConfigError, MediumError for what makes no submission */
export async function prepare(folder: string, metadataPath: string | null): Promise<Prepared> {
  const documents = await documentsIn(folder)
  const told = await testMetadata(metadataPath)
  const submission = testSubmission(documents, told, systemChance, systemClock.now())
  checkOwn(submission)
  const outbound = documents.map(({ path, lengthBytes }, index) => ({
    entryUUID: submission.documentEntries[index]?.entryUUID ?? "",
    lengthBytes,
    open: () => octetsOf(path),
  }))
  return { submission, documents, outbound }
}

/** What our own recipient would refuse is not sent: a partner's time is for other faults. */
function checkOwn(submission: Submission): void {
  try {
    readSubmission(readXml(writeSubmission(submission).text, PROVIDE_LIMITS))
  } catch (fault) {
    if (!(fault instanceof MetadataFault)) throw fault
    const lines = fault.complaints.map(({ codeContext }) => `\n  ${printable(codeContext)}`)
    throw new MediumError("ERR_MEDIUM_UNFIT", `its metadata would have faults:${lines.join("")}`, {
      cause: fault,
    })
  }
}

export interface Sent {
  readonly report: string
  readonly isTaken: boolean
}

/** @throws SubmissionError when no RegistryResponse came: a SOAP fault, no connection, no TLS */
export async function send(to: string, files: NodeFiles, prepared: Prepared, screen: Screen): Promise<Sent> {
  const { submission, outbound } = prepared
  const endpoint = await endpointOf(to, files)
  const totalBytes = outbound.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0)
  const progress = new Progress(screen, outbound.length, totalBytes, () => performance.now())
  const startedMs = performance.now()
  let before = 0
  const sent = (bytes: number): void => {
    progress.sent(bytes - before)
    before = bytes
  }
  try {
    const source = documentSource(() => endpoint)
    const response = await source.provideAndRegister("", submission, outbound, uuidUrn(systemChance), sent)
    const took = ((performance.now() - startedMs) / 1000).toFixed(1)
    const lines = [`answered after ${took} s: `, ...responseTold(response)]
    return { report: told(lines.slice(1), lines[0]), isTaken: response.status === "Success" }
  } catch (error) {
    throw inWords(error)
  } finally {
    progress.end()
  }
}

/** For a terminal: the reason of a fault is the recipient's text. */
function inWords(error: unknown): unknown {
  if (error instanceof SubmissionError)
    return new SubmissionError(error.code, printable(error.message), { cause: error })
  if (!(error instanceof Malformed)) return error
  // Measured before, sent afterwards.
  const sentence = "a file changed while it was sent: send it once more"
  return new MediumError("ERR_MEDIUM_UNFIT", sentence, { cause: error })
}

const told = (lines: readonly string[], before = ""): string =>
  `${before}${lines.map(printable).join("\n")}\n`

async function endpointOf(url: string, files: NodeFiles): Promise<Endpoint> {
  const credentials = await nodeCredentials(files)
  const tls = files.pin.length === 0 ? clientTlsByName(credentials) : clientTls(credentials, files.pin)
  return { url, tls }
}

/** What will be sent. */
export function preparedTold({ submission, documents }: Prepared): string {
  const lines = documents
    .slice(0, MAX_LISTED)
    .map(
      ({ name, mimeType, lengthBytes, sha1 }) =>
        `  ${name}  ${mimeType}, ${lengthBytes} octets, SHA-1 ${sha1}`,
    )
  const rest = documents.length - lines.length
  return told([
    ...submissionTable({ ...submission, documentEntries: [] }, () => ""),
    documents.length === 1 ? "1 document" : `${documents.length} documents`,
    ...lines,
    ...(rest === 0 ? [] : [`  … and ${rest} more`]),
  ])
}
/** Documents on the screen. */
const MAX_LISTED = 20

/**
 * The message as it would go over the line, without the HTTP headers, into a file that is not there yet.
 *
 * @returns what of the headers belongs to it
 */
export async function writeMessage(
  path: string,
  to: string,
  { submission, outbound }: Prepared,
): Promise<string> {
  const head = { messageId: uuidUrn(systemChance), to, security: null }
  const message = requestMessage(submission, outbound, head)
  const file = await open(path, "wx", 0o600)
  try {
    for await (const piece of message.pieces()) await file.writeFile(piece)
  } finally {
    await file.close()
  }
  return message.contentType
}
