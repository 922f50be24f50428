/**
 * A device that proposes an asynchronous operations window (PS3.7 D.3.3.3) and uses all of it: DCMTK's storescu waits for
 * every answer. A process of its own, as storescu is: `node window-sender.ts WINDOW PORT CALLED CALLING FILES…`.
 */
import { once } from "node:events"
import { readFile } from "node:fs/promises"
import { connect, type Socket } from "node:net"
import { decodeCommand, encodeCommand } from "../../gateway/standards/dicom/dimse.ts"
import { PDataStream } from "../../gateway/standards/dicom/p-data-stream.ts"
import { dataSetStart, IMPLEMENTATION_CLASS_UID } from "../../gateway/standards/dicom/part10.ts"
import { PduReader } from "../../gateway/standards/dicom/pdu-reader.ts"
import {
  DICOM_APPLICATION_CONTEXT,
  encodePdu,
  type AssociateAC,
  type AssociateRQ,
  type Pdu,
} from "../../gateway/standards/dicom/pdu.ts"

const CONTEXT_ID = 1
const MAXIMUM_LENGTH_BYTES = 16 * 1024
const SUCCESS = 0

interface Instance {
  readonly SOPClassUID: string
  readonly SOPInstanceUID: string
  readonly TransferSyntaxUID: string
  readonly dataSet: Uint8Array
}

interface Errand {
  readonly window: number
  readonly port: number
  readonly calledAE: string
  readonly callingAE: string
}

async function instanceOf(file: string): Promise<Instance> {
  const bytes = await readFile(file)
  const start = dataSetStart(bytes)
  if (start === null) throw new Error(`${file} ends in its header`)
  return {
    SOPClassUID: start.MediaStorageSOPClassUID,
    SOPInstanceUID: start.MediaStorageSOPInstanceUID,
    TransferSyntaxUID: start.TransferSyntaxUID,
    dataSet: bytes.subarray(start.offsetBytes),
  }
}

const proposal = ({ window, calledAE, callingAE }: Errand, first: Instance): AssociateRQ => ({
  type: "A-ASSOCIATE-RQ",
  protocolVersion: 1,
  calledAE,
  callingAE,
  applicationContext: DICOM_APPLICATION_CONTEXT,
  contexts: [
    { id: CONTEXT_ID, abstractSyntax: first.SOPClassUID, transferSyntaxes: [first.TransferSyntaxUID] },
  ],
  userInformation: {
    maximumLengthBytes: MAXIMUM_LENGTH_BYTES,
    ImplementationClassUID: IMPLEMENTATION_CLASS_UID,
    ImplementationVersionName: "BENCH",
    asynchronousOperations: { invoked: window, performed: 1 },
    roles: [],
    extended: [],
    commonExtended: [],
    userIdentity: null,
    userIdentityResponse: null,
  },
})

async function* pdusOf(socket: Socket): AsyncGenerator<Pdu, void> {
  const reader = new PduReader()
  for await (const chunk of socket) yield* reader.push(chunk as Uint8Array)
}

async function write(socket: Socket, bytes: Uint8Array): Promise<void> {
  if (!socket.write(bytes)) await once(socket, "drain")
}

async function store(socket: Socket, MessageID: number, one: Instance, peerBytes: number): Promise<void> {
  const fragment = encodeCommand({
    kind: "C-STORE-RQ",
    MessageID,
    Priority: 0,
    AffectedSOPClassUID: one.SOPClassUID,
    AffectedSOPInstanceUID: one.SOPInstanceUID,
    MoveOriginatorApplicationEntityTitle: "",
    MoveOriginatorMessageID: null,
  })
  const value = { contextId: CONTEXT_ID, command: true, last: true, fragment }
  await write(socket, encodePdu({ type: "P-DATA-TF", values: [value] }))
  const stream = new PDataStream(CONTEXT_ID, peerBytes)
  for (const block of stream.push(one.dataSet)) await write(socket, block.slice())
  await write(socket, stream.end())
}

/** @throws Error when fewer are allowed at a time than asked, or an answer is not success */
async function run(errand: Errand, files: readonly string[]): Promise<void> {
  const socket = connect(errand.port, "127.0.0.1")
  socket.setNoDelay(true)
  await once(socket, "connect")
  const pdus = pdusOf(socket)
  const next = async (): Promise<Pdu | undefined> => (await pdus.next()).value ?? undefined
  await write(socket, encodePdu(proposal(errand, await instanceOf(files[0] ?? ""))))
  const peerBytes = accepted(await next(), errand.window)
  let open = 0
  for (const [index, file] of files.entries()) {
    await store(socket, (index % 0xffff) + 1, await instanceOf(file), peerBytes)
    open++
    if (open === errand.window) open -= answered(await next())
  }
  while (open > 0) open -= answered(await next())
  await write(socket, encodePdu({ type: "A-RELEASE-RQ" }))
  await next()
  socket.end()
}

/** The longest PDU the peer takes. */
function accepted(pdu: Pdu | undefined, window: number): number {
  if (pdu?.type !== "A-ASSOCIATE-AC")
    throw new Error(`no association: ${pdu?.type ?? "the connection was closed"}`)
  const allowed = windowOf(pdu)
  if (allowed < window) throw new Error(`a window of ${allowed}, not of ${window}`)
  return pdu.userInformation.maximumLengthBytes
}

const windowOf = ({ userInformation }: AssociateAC): number =>
  userInformation.asynchronousOperations?.invoked ?? 1

/** How many answers a PDU holds. */
function answered(pdu: Pdu | undefined): number {
  if (pdu?.type !== "P-DATA-TF") throw new Error(`no answer: ${pdu?.type ?? "the connection was closed"}`)
  for (const { fragment } of pdu.values) {
    const answer = decodeCommand(fragment)
    if (answer.kind !== "C-STORE-RSP" || answer.Status !== SUCCESS) throw new Error(JSON.stringify(answer))
  }
  return pdu.values.length
}

const [window, port, calledAE = "", callingAE = "", ...files] = process.argv.slice(2)
await run({ window: Number(window), port: Number(port), calledAE, callingAE }, files)
