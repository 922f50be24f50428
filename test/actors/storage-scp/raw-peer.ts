/** A peer that says exactly the bytes it is told to, and reads PDUs. */
import { once } from "node:events"
import { connect } from "node:net"
import type { Socket } from "node:net"
import { encodeCommand } from "../../../gateway/standards/dicom/dimse.ts"
import { PduReader } from "../../../gateway/standards/dicom/pdu-reader.ts"
import {
  DICOM_APPLICATION_CONTEXT,
  encodePdu,
  type AssociateRQ,
  type Pdu,
} from "../../../gateway/standards/dicom/pdu.ts"

export const CT = "1.2.840.10008.5.1.4.1.1.2"
export const EXPLICIT = "1.2.840.10008.1.2.1"

/** A request any SCP would accept; bend one field. */
export function associateRequest(bend: Partial<AssociateRQ> = {}, maximumLengthBytes = 16384): AssociateRQ {
  return {
    type: "A-ASSOCIATE-RQ",
    protocolVersion: 1,
    calledAE: "DOKUEI",
    callingAE: "MODALITY",
    applicationContext: DICOM_APPLICATION_CONTEXT,
    contexts: [
      { id: 1, abstractSyntax: CT, transferSyntaxes: [EXPLICIT] },
      { id: 3, abstractSyntax: "1.2.840.10008.1.1", transferSyntaxes: ["1.2.840.10008.1.2"] },
    ],
    userInformation: {
      maximumLengthBytes,
      ImplementationClassUID: "1.2.3",
      ImplementationVersionName: "TEST",
      asynchronousOperations: null,
      roles: [],
      extended: [],
      commonExtended: [],
      userIdentity: null,
      userIdentityResponse: null,
    },
    ...bend,
  }
}

export class RawPeer {
  readonly socket: Socket
  readonly #pdus: AsyncGenerator<Pdu, void>

  constructor(socket: Socket) {
    this.socket = socket
    socket.on("error", () => undefined)
    this.#pdus = pdusOf(socket)
  }

  static async connect(port: number): Promise<RawPeer> {
    const socket = connect(port, "127.0.0.1")
    socket.setNoDelay(true)
    await once(socket, "connect")
    return new RawPeer(socket)
  }

  send(...what: readonly (Pdu | Uint8Array)[]): void {
    this.socket.write(Buffer.concat(what.map((one) => (one instanceof Uint8Array ? one : encodePdu(one)))))
  }

  /** The next PDU, or null when the SCP has closed. */
  async next(): Promise<Pdu | null> {
    return (await this.#pdus.next()).value ?? null
  }

  async associate(bend: Partial<AssociateRQ> = {}, maximumLengthBytes = 16384): Promise<Pdu | null> {
    this.send(associateRequest(bend, maximumLengthBytes))
    return await this.next()
  }
}

async function* pdusOf(socket: Socket): AsyncGenerator<Pdu, void> {
  const reader = new PduReader()
  try {
    for await (const chunk of socket) yield* reader.push(chunk as Uint8Array)
  } catch (error) {
    if (!socket.destroyed) throw error
  }
}

/** A P-DATA-TF with one fragment. */
export function pData(contextId: number, command: boolean, last: boolean, fragment: Uint8Array): Pdu {
  return { type: "P-DATA-TF", values: [{ contextId, command, last, fragment }] }
}

export function storeCommand(MessageID: number, bend: Readonly<Record<string, string>> = {}): Pdu {
  const command = encodeCommand({
    kind: "C-STORE-RQ",
    MessageID,
    Priority: 0,
    AffectedSOPClassUID: CT,
    AffectedSOPInstanceUID: `1.2.3.${MessageID}`,
    MoveOriginatorApplicationEntityTitle: "",
    MoveOriginatorMessageID: null,
    ...bend,
  })
  return pData(1, true, true, command)
}

export function echoCommand(MessageID: number): Pdu {
  const command = encodeCommand({ kind: "C-ECHO-RQ", MessageID, AffectedSOPClassUID: "1.2.840.10008.1.1" })
  return pData(3, true, true, command)
}
