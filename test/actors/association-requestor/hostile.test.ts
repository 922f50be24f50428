import assert from "node:assert/strict"
import { once } from "node:events"
import { createServer, type AddressInfo } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import { associate, type AssociateOptions } from "../../../gateway/actors/association-requestor/associate.ts"
import { echo, store } from "../../../gateway/actors/association-requestor/operations.ts"
import type { RemoteAE } from "../../../gateway/actors/association-requestor/remote.ts"
import { decodeCommand, encodeCommand, type KnownCommand } from "../../../gateway/standards/dicom/dimse.ts"
import type { Pdu } from "../../../gateway/standards/dicom/pdu.ts"
import { acceptor, type Script } from "./raw-acceptor.ts"

const ECHO = "1.2.840.10008.1.1"
const CT = "1.2.840.10008.5.1.4.1.1.2"
const COMMITMENT = "1.2.840.10008.1.20.1"
const EXPLICIT = "1.2.840.10008.1.2.1"
const IMPLICIT = "1.2.840.10008.1.2"
const PROPOSALS = [
  { abstractSyntax: ECHO, transferSyntaxes: [IMPLICIT] },
  { abstractSyntax: CT, transferSyntaxes: [EXPLICIT] },
  { abstractSyntax: COMMITMENT, transferSyntaxes: [EXPLICIT] },
]
const SHORT = { connectMs: 500, artimMs: 200, responseMs: 200 }
const INSTANCE = { SOPClassUID: CT, SOPInstanceUID: "1.2.3", TransferSyntaxUID: EXPLICIT }

const commandPdu = (contextId: number, command: KnownCommand): Pdu => ({
  type: "P-DATA-TF",
  values: [{ contextId, command: true, last: true, fragment: encodeCommand(command) }],
})
const echoed = (MessageID: number, Status = 0): Pdu =>
  commandPdu(1, {
    kind: "C-ECHO-RSP",
    MessageIDBeingRespondedTo: MessageID,
    AffectedSOPClassUID: ECHO,
    Status,
  })
const stored = (MessageID: number, Status = 0, ErrorComment = ""): Pdu =>
  commandPdu(3, {
    kind: "C-STORE-RSP",
    MessageIDBeingRespondedTo: MessageID,
    AffectedSOPClassUID: CT,
    AffectedSOPInstanceUID: "1.2.3",
    Status,
    ErrorComment,
  })

describe("an association we request, among strange acceptors", () => {
  const closing: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0)) await close()
  })

  const calling = async (script: Script, options: Partial<AssociateOptions> = {}) => {
    const { remote, close } = await acceptor(script)
    closing.push(close)
    return associate(remote, PROPOSALS, { callingAE: "DOKUEI", timeouts: SHORT, ...options })
  }
  const fails = (code: string, message = /./) => ({ code, message }) as unknown as Error

  it("says who we are and what we propose", async () => {
    let seen: Pdu | null = null
    const association = await calling(async (peer) => {
      seen = await peer.accept()
      await peer.next()
      peer.send({ type: "A-RELEASE-RP" })
    })
    await association.release()
    const request = seen as unknown as Extract<Pdu, { type: "A-ASSOCIATE-RQ" }>
    assert.equal(request.callingAE, "DOKUEI")
    assert.deepEqual(
      request.contexts.map(({ id, abstractSyntax }) => [id, abstractSyntax]),
      [
        [1, ECHO],
        [3, CT],
        [5, COMMITMENT],
      ],
    )
    assert.equal(request.userInformation.maximumLengthBytes, 128 * 1024)
  })

  it("tells a rejection for good from one for now", async () => {
    const rejecting =
      (result: number, source: number, reason: number): Script =>
      async (peer) => {
        await peer.next()
        peer.send({ type: "A-ASSOCIATE-RJ", result, source, reason })
      }
    await assert.rejects(
      calling(rejecting(1, 1, 7)),
      fails("ERR_ASSOCIATION_REJECTED", /called AE title not recognized/),
    )
    await assert.rejects(calling(rejecting(2, 3, 2)), fails("ERR_ASSOCIATION_BUSY", /local limit exceeded/))
  })

  it("cannot reach a port where nobody listens", async () => {
    const server = createServer().listen(0, "127.0.0.1")
    await once(server, "listening")
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, "close")
    const remote: RemoteAE = { aeTitle: "NOBODY", host: "127.0.0.1", port, tls: null }
    await assert.rejects(
      associate(remote, PROPOSALS, { callingAE: "DOKUEI" }),
      fails("ERR_ASSOCIATION_UNREACHABLE"),
    )
  })

  it("gives up on an acceptor that says nothing", async () => {
    await assert.rejects(
      calling(async (peer) => {
        await peer.next()
      }),
      fails("ERR_ASSOCIATION_UNREACHABLE", /does not answer/),
    )
  })

  it("gives up on an acceptor that hangs up", async () => {
    await assert.rejects(
      calling(async (peer) => {
        await peer.next()
        peer.socket.end()
      }),
      fails("ERR_ASSOCIATION_ENDED"),
    )
  })

  for (const maximumLengthBytes of [1, 5, 6, 7])
    it(`says nothing to a peer whose maximum length of ${maximumLengthBytes} carries nothing`, async () => {
      let answer: Pdu | null = null
      await assert.rejects(
        calling(async (peer) => {
          await peer.accept({ maximumLengthBytes })
          answer = await peer.next()
        }),
        fails("ERR_ASSOCIATION_PROTOCOL", /no PDU longer/),
      )
      await sleep(20)
      assert.deepEqual(answer, { type: "A-ABORT", source: 0, reason: 0 })
    })

  it("cuts a data set into pieces the peer can take, even and in order", async () => {
    const dataSet = Uint8Array.from({ length: 1001 }, (_, at) => at)
    let got = Buffer.alloc(0)
    const longest: number[] = []
    const association = await calling(async (peer) => {
      await peer.accept({ maximumLengthBytes: 107 })
      await peer.whole(true)
      for (let last = false; !last;) {
        const pdu = await peer.next()
        assert.equal(pdu?.type, "P-DATA-TF")
        const [value] = pdu.values
        longest.push(value!.fragment.length)
        got = Buffer.concat([got, value!.fragment])
        last = value!.last
      }
      peer.send(stored(1))
    })
    // Chunks of the most awkward sizes.
    const chunks = [0, 1, 99, 101, 500, 300].reduce<Uint8Array[]>((all, size) => {
      const at = all.reduce((sum, { length }) => sum + length, 0)
      return [...all, dataSet.subarray(at, at + size)]
    }, [])
    await store(association, INSTANCE, chunks)
    assert.deepEqual(got, Buffer.concat([dataSet, Uint8Array.of(0)]), "padded to an even length")
    assert.ok(longest.every((length) => length <= 100 && length % 2 === 0))
    await association.abort()
  })

  it("does not believe in unlimited: no PDU is longer than ours may be", async () => {
    let longest = 0
    const association = await calling(async (peer) => {
      await peer.accept({ maximumLengthBytes: 0 })
      await peer.whole(true)
      for (let last = false; !last;) {
        const pdu = await peer.next()
        assert.equal(pdu?.type, "P-DATA-TF")
        longest = Math.max(longest, pdu.values[0]!.fragment.length)
        last = pdu.values[0]!.last
      }
      peer.send(stored(1))
    })
    await store(association, INSTANCE, [new Uint8Array(400_000)])
    assert.equal(longest, 128 * 1024 - 6)
    await association.abort()
  })

  it("waits for a peer that reads slowly instead of gathering", async () => {
    let produced = 0
    const association = await calling(
      async (peer) => {
        await peer.accept()
        peer.socket.pause()
        await sleep(150)
        peer.socket.resume()
        await peer.whole(true)
        await peer.whole(false)
        peer.send(stored(1))
      },
      { timeouts: { ...SHORT, responseMs: 3000 } },
    )
    function* source() {
      for (; produced < 64; produced++) yield new Uint8Array(1024 * 1024)
    }
    const storing = store(association, INSTANCE, source())
    await sleep(80)
    assert.ok(produced < 40, `${produced} MiB were taken from the source of a peer that did not read`)
    await storing
    await association.abort()
  }).timeout(10_000)

  it("leaves a peer that never reads", async () => {
    const association = await calling(async (peer) => {
      await peer.accept()
      peer.socket.pause()
    })
    function* source() {
      for (let at = 0; at < 64; at++) yield new Uint8Array(1024 * 1024)
    }
    await assert.rejects(store(association, INSTANCE, source()), fails("ERR_ASSOCIATION_ENDED"))
    await association.ended
  })

  it("gives up on an operation that is never answered, and aborts", async () => {
    let last: Pdu | null = null
    const association = await calling(async (peer) => {
      await peer.accept()
      await peer.whole(true)
      last = await peer.next()
    })
    await assert.rejects(echo(association), fails("ERR_ASSOCIATION_ENDED", /does not answer/))
    await association.ended
    await sleep(10)
    assert.deepEqual(last, { type: "A-ABORT", source: 0, reason: 0 })
  })

  it("tells a peer's abort in its own words", async () => {
    const association = await calling(async (peer) => {
      await peer.accept()
      await peer.whole(true)
      peer.send({ type: "A-ABORT", source: 2, reason: 2 })
    })
    await assert.rejects(echo(association), fails("ERR_ASSOCIATION_ENDED", /unexpected PDU/))
  })

  it("aborts on bytes that are no PDU", async () => {
    let last: Pdu | null = null
    const association = await calling(async (peer) => {
      await peer.accept()
      await peer.whole(true)
      peer.send(Buffer.from("HTTP/1.1 200 OK\r\n\r\n"))
      last = await peer.next()
    })
    await assert.rejects(echo(association), fails("ERR_ASSOCIATION_PROTOCOL"))
    await association.ended
    await sleep(10)
    assert.deepEqual(last, { type: "A-ABORT", source: 2, reason: 1 })
  })

  it("aborts on an answer to a question never asked", async () => {
    const association = await calling(async (peer) => {
      await peer.accept()
      await peer.whole(true)
      peer.send(echoed(77))
    })
    await assert.rejects(echo(association), fails("ERR_ASSOCIATION_PROTOCOL", /never made/))
  })

  it("does not speak in a transfer syntax the answer made up", async () => {
    const { remote, close } = await acceptor(async (peer) => {
      const request = await peer.next()
      assert.equal(request?.type, "A-ASSOCIATE-RQ")
      const { acceptAll } = await import("./raw-acceptor.ts")
      const answer = acceptAll(request)
      const contexts = answer.contexts.map((each) => ({ ...each, transferSyntax: "1.2.840.10008.1.2.2" }))
      peer.send({ ...answer, contexts })
    })
    closing.push(close)
    const association = await associate(remote, PROPOSALS, { callingAE: "DOKUEI", timeouts: SHORT })
    assert.equal(association.context(CT), null)
    await assert.rejects(store(association, INSTANCE, []), fails("ERR_ASSOCIATION_CONTEXT"))
    await association.abort()
  })

  it("tells busy from refused, and takes a warning for success", async () => {
    const statuses = [0xb000, 0xa700, 0xa900, 0x1234]
    const association = await calling(async (peer) => {
      await peer.accept()
      for (const [index, status] of statuses.entries()) {
        await peer.whole(true)
        await peer.whole(false)
        peer.send(stored(index + 1, status, status === 0xa700 ? "disk full" : ""))
      }
    })
    const send = () => store(association, INSTANCE, [new Uint8Array(10)])
    assert.deepEqual(await send(), { status: 0xb000, comment: "" })
    await assert.rejects(send(), fails("ERR_DIMSE_BUSY", /A700H, Refused: out of resources: disk full/))
    await assert.rejects(send(), fails("ERR_DIMSE_REFUSED", /A900H/))
    await assert.rejects(send(), fails("ERR_DIMSE_REFUSED", /1234H/))
    await association.abort()
  })

  it("performs one operation after the other, whoever asks at once", async () => {
    const association = await calling(async (peer) => {
      await peer.accept()
      for (let at = 0; at < 3; at++) {
        const command = decodeCommand(await peer.whole(true))
        assert.equal(command.kind, "C-ECHO-RQ")
        await sleep(10)
        peer.send(echoed(command.MessageID))
      }
      await peer.next()
      peer.send({ type: "A-RELEASE-RP" })
    })
    await Promise.all([echo(association), echo(association), echo(association)])
    await association.release()
  })

  it("ends it all when the source of a data set breaks, and tells the source's own fault", async () => {
    let last: Pdu | null = null
    const association = await calling(async (peer) => {
      await peer.accept()
      await peer.whole(true)
      do last = await peer.next()
      while (last?.type === "P-DATA-TF")
    })
    function* source() {
      yield new Uint8Array(200_000)
      throw new Error("the spool cannot be read")
    }
    await assert.rejects(store(association, INSTANCE, source()), /the spool cannot be read/)
    await association.ended
    await sleep(10)
    assert.deepEqual(last, { type: "A-ABORT", source: 0, reason: 0 })
  })

  it("answers a notification while it waits, and between the fragments of nothing else", async () => {
    const notification: KnownCommand = {
      kind: "N-EVENT-REPORT-RQ",
      MessageID: 9,
      AffectedSOPClassUID: COMMITMENT,
      AffectedSOPInstanceUID: `${COMMITMENT}.1`,
      EventTypeID: 1,
    }
    const answers: unknown[] = []
    const notified: { bytes: number[]; transferSyntax: string }[] = []
    const association = await calling(
      async (peer) => {
        await peer.accept()
        await peer.whole(true)
        peer.send(commandPdu(5, notification), {
          type: "P-DATA-TF",
          values: [{ contextId: 5, command: false, last: true, fragment: Uint8Array.of(1, 2, 3, 4) }],
        })
        answers.push(decodeCommand(await peer.whole(true)))
        peer.send(echoed(1))
      },
      {
        notified: (_request, dataSet, transferSyntax) => {
          notified.push({ bytes: [...dataSet], transferSyntax })
          return Promise.resolve({ status: 0, comment: "" })
        },
      },
    )
    await echo(association)
    assert.deepEqual(notified, [{ bytes: [1, 2, 3, 4], transferSyntax: EXPLICIT }])
    assert.deepEqual(answers, [
      {
        kind: "N-EVENT-REPORT-RSP",
        MessageIDBeingRespondedTo: 9,
        AffectedSOPClassUID: COMMITMENT,
        AffectedSOPInstanceUID: `${COMMITMENT}.1`,
        Status: 0,
        ErrorComment: "",
        hasDataSet: false,
      },
    ])
    await association.abort()
  })

  it("answers a notification before it releases", async () => {
    const met: (string | undefined)[] = []
    const arrived = Promise.withResolvers<undefined>()
    const association = await calling(
      async (peer) => {
        await peer.accept()
        const command: KnownCommand = {
          kind: "N-EVENT-REPORT-RQ",
          MessageID: 1,
          AffectedSOPClassUID: COMMITMENT,
          AffectedSOPInstanceUID: `${COMMITMENT}.1`,
          EventTypeID: 1,
        }
        peer.send(commandPdu(5, command), {
          type: "P-DATA-TF",
          values: [{ contextId: 5, command: false, last: true, fragment: Uint8Array.of(1, 2) }],
        })
        met.push((await peer.next())?.type, (await peer.next())?.type)
        peer.send({ type: "A-RELEASE-RP" })
      },
      {
        notified: async () => {
          arrived.resolve(undefined)
          await sleep(30)
          return { status: 0, comment: "" }
        },
      },
    )
    await arrived.promise
    await association.release()
    assert.deepEqual(met, ["P-DATA-TF", "A-RELEASE-RQ"])
  })

  it("survives both sides releasing at once", async () => {
    const association = await calling(async (peer) => {
      await peer.accept()
      assert.equal((await peer.next())?.type, "A-RELEASE-RQ")
      peer.send({ type: "A-RELEASE-RQ" })
      assert.equal((await peer.next())?.type, "A-RELEASE-RP")
      peer.send({ type: "A-RELEASE-RP" })
    })
    await association.release()
  })

  it("leaves a peer that does not answer its release", async () => {
    const association = await calling(async (peer) => {
      await peer.accept()
    })
    const started = Date.now()
    await association.release()
    assert.ok(Date.now() - started < 2000)
  })

  it("follows a peer that releases first, and says nothing more", async () => {
    const association = await calling(async (peer) => {
      await peer.accept()
      peer.send({ type: "A-RELEASE-RQ" })
      assert.equal((await peer.next())?.type, "A-RELEASE-RP")
      peer.socket.end()
    })
    await association.ended
    await assert.rejects(echo(association), fails("ERR_ASSOCIATION_ENDED"))
    await association.release()
  })
})
