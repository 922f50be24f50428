/** An acceptor that says exactly the bytes it is told to: the peer of one connection, and what it was asked. */
import { once } from "node:events"
import { createServer, type AddressInfo, type Server, type Socket } from "node:net"
import type { RemoteAE } from "../../../gateway/actors/association-requestor/remote.ts"
import { PduReader } from "../../../gateway/standards/dicom/pdu-reader.ts"
import {
  DICOM_APPLICATION_CONTEXT,
  encodePdu,
  type AssociateAC,
  type AssociateRQ,
  type Pdu,
} from "../../../gateway/standards/dicom/pdu.ts"
import type { UserInformation } from "../../../gateway/standards/dicom/user-information.ts"

export type Script = (peer: Acceptor) => Promise<void>

/** Accepts everything with its first transfer syntax; bend what the user information says. */
export function acceptAll(request: AssociateRQ, bend: Partial<UserInformation> = {}): AssociateAC {
  return {
    type: "A-ASSOCIATE-AC",
    protocolVersion: 1,
    calledAE: request.calledAE,
    callingAE: request.callingAE,
    applicationContext: DICOM_APPLICATION_CONTEXT,
    contexts: request.contexts.map(({ id, transferSyntaxes }) => ({
      id,
      result: 0,
      transferSyntax: transferSyntaxes[0]!,
    })),
    userInformation: {
      maximumLengthBytes: 16384,
      ImplementationClassUID: "1.2.3",
      ImplementationVersionName: "RAW",
      asynchronousOperations: null,
      roles: [],
      extended: [],
      commonExtended: [],
      userIdentity: null,
      userIdentityResponse: null,
      ...bend,
    },
  }
}

export class Acceptor {
  readonly socket: Socket
  readonly #pdus: AsyncGenerator<Pdu, void>

  constructor(socket: Socket) {
    this.socket = socket
    socket.setNoDelay(true)
    socket.on("error", () => undefined)
    this.#pdus = pdusOf(socket)
  }

  send(...what: readonly (Pdu | Uint8Array)[]): void {
    for (const one of what) this.socket.write(one instanceof Uint8Array ? one : encodePdu(one))
  }

  async next(): Promise<Pdu | null> {
    return (await this.#pdus.next()).value ?? null
  }

  /** Take the request and accept all of it. */
  async accept(bend: Partial<UserInformation> = {}): Promise<AssociateRQ> {
    const request = (await this.next()) as AssociateRQ
    this.send(acceptAll(request, bend))
    return request
  }

  /** Everything up to the last fragment of a kind, as one array. */
  async whole(command: boolean): Promise<Buffer> {
    const parts: Uint8Array[] = []
    for (;;) {
      const pdu = await this.next()
      if (pdu?.type !== "P-DATA-TF") throw new Error(`met ${pdu?.type ?? "the end"}`)
      for (const value of pdu.values) {
        if (value.command !== command) throw new Error("met the other kind of fragment")
        parts.push(value.fragment)
        if (value.last) return Buffer.concat(parts)
      }
    }
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

/** Listens and runs the script for every connection; the result is whom to call. */
export async function acceptor(script: Script): Promise<{ remote: RemoteAE; close: () => Promise<void> }> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    script(new Acceptor(socket)).catch((error: unknown) => socket.destroy(error as Error))
  }).listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  return {
    remote: { aeTitle: "RAW", host: "127.0.0.1", port, tls: null },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, "close")
    },
  }
}
