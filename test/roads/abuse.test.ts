/**
 * What no device should send, over real sockets to a real edge: conversations recorded from DCMTK and DICOM files, bent.
 * Whatever comes, the process lives, answers the next C-ECHO, and pays little for it.
 */
import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { randomInt } from "node:crypto"
import { once } from "node:events"
import { connect, createServer, type AddressInfo } from "node:net"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { promisify } from "node:util"
import { rssMiB } from "../bench/process-usage.ts"
import { RawPeer, associateRequest, pData, storeCommand } from "../actors/storage-scp/raw-peer.ts"
import { decodeCommand } from "../../gateway/standards/dicom/dimse.ts"
import { encodePdu, type PDataTF } from "../../gateway/standards/dicom/pdu.ts"
import { complaintsIn, isOver, leastCost, LIMIT, LONG, MUTANTS, openFiles } from "../peers/abused-process.ts"
import { randomFrom } from "../peers/chance.ts"
import { writeStudy } from "../peers/dicom-study.ts"
import { mutated, mutatedTalk, pdusIn, below } from "../peers/mutations.ts"
import { baseFiles, type BaseFile } from "./base-files.ts"
import { read } from "./kept.ts"
import { Road } from "./road.ts"

const run = promisify(execFile)
const FAILED_ASSOCIATIONS = LONG ? 10_000 : 500
const BATCH = 100
const FRAGMENT_BYTES = 32 * 1024
const PATIENCE_MS = 2_000

describe("an edge that is abused", function () {
  this.timeout(MUTANTS * 200 + 120_000)
  const seed = Number(process.env.DOKUEI_SEED ?? randomInt(2 ** 31))
  let road: Road
  let pid: number

  before(async () => {
    console.log(`      DOKUEI_SEED=${seed}`)
    road = await Road.open({ imagesKept: "30d", quietPeriod: "1s", roles: ["edge"] })
    pid = road.pid("edge")!
  })
  after(() => road.close())
  afterEach(async () => {
    await demandEcho()
    assert.equal(road.pid("edge"), pid, "it is the same process")
    assert.deepEqual(complaintsIn(road.logFile("edge")), [])
  })

  async function demandEcho(): Promise<void> {
    const began = performance.now()
    await run("echoscu", ["-aet", "MR1", "-aec", "DOKUEI", "127.0.0.1", String(road.site.ports.dicom)])
    const tookMs = performance.now() - began
    assert.ok(tookMs < PATIENCE_MS, `a C-ECHO took ${Math.round(tookMs)} ms`)
  }

  /** Says it all, and waits until the edge has closed, or has nothing more to say. */
  async function say(bytes: Uint8Array): Promise<void> {
    const socket = connect(road.site.ports.dicom, "127.0.0.1").on("error", () => undefined)
    socket.resume().end(bytes)
    const over = new AbortController()
    const closed = once(socket, "close", { signal: over.signal }).catch(() => undefined)
    await Promise.race([closed, sleep(PATIENCE_MS)])
    over.abort()
    socket.destroy()
  }

  async function demandCheap(input: Uint8Array, what: string): Promise<void> {
    const cost = await leastCost(pid, LIMIT, () => say(input))
    const told = `${what} (${input.length} bytes) costs ${cost.cpuMs.toFixed(1)} ms, ${cost.roseMiB.toFixed(1)} MiB`
    assert.ok(!isOver(cost, LIMIT), told)
  }

  async function demandLight(input: Uint8Array): Promise<void> {
    const { roseMiB } = await leastCost(pid, { ...LIMIT, cpuMs: Number.POSITIVE_INFINITY }, () => say(input))
    assert.ok(roseMiB <= LIMIT.roseMiB, `${input.length} bytes cost ${roseMiB.toFixed(1)} MiB`)
  }

  it(`lives through ${MUTANTS} mutated conversations of DCMTK`, async () => {
    const talks = await recorded()
    const dice = randomFrom(seed)
    const any = (): readonly Buffer[] => talks[below(dice, talks.length)]!
    for (let n = 0; n < MUTANTS; n++) {
      if (n % BATCH === 0) await demandEcho()
      await demandCheap(mutatedTalk(any(), any(), dice), `conversation ${n}, seed ${seed}`)
    }
  })

  it("pays little for the heaviest request to associate that there is", async () => {
    for (const [what, input] of heaviest()) await demandCheap(input, what)
  })

  it(`answers each of ${MUTANTS} mutated files on its association, and keeps every one it took`, async () => {
    const bases = baseFiles(join(road.site.dir, "bases"))
    const dice = randomFrom(seed + 1)
    const device = new Device(road.site.ports.dicom, bases)
    const before = instances()
    const statuses = new Map<number, number>()
    for (let n = 0; n < MUTANTS; n++) {
      if (n % BATCH === 0) await demandEcho()
      const base = bases[below(dice, bases.length)]!
      const { uid, dataSet } = renamed(base, n)
      const bent = mutated(dataSet, bases[below(dice, bases.length)]!.dataSet, dice)
      let status = -1
      const cost = await leastCost(pid, LIMIT, async () => {
        // What was taken once is recognised the second time.
        const answer = await device.store(base, uid, bent)
        if (status === -1) status = answer
      })
      const what = `mutant ${n} of ${base.name}, seed ${seed}`
      assert.ok(cost.cpuMs <= LIMIT.cpuMs, `${what}: ${cost.cpuMs.toFixed(1)} ms`)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
    device.close()
    const told = [...statuses].sort(([a], [b]) => a - b).map(([code, times]) => `${hex(code)}: ${times}`)
    console.log(`      ${bases.length} files; answers ${told.join(", ")}`)
    const stored = statuses.get(0) ?? 0
    assert.ok(stored > 0 && stored < MUTANTS)
    for (let turn = 0; turn < 100 && instances() < before + stored; turn++) await sleep(50)
    assert.equal(instances(), before + stored)
  })

  it("holds little more of a file that comes byte by byte than its bytes", async () => {
    // A private element of 200,000 bytes before the study is named: each PDU carries one of them.
    const header = Buffer.from([9, 0, 0x10, 0, 0x4f, 0x42, 0, 0, 0x40, 0x0d, 3, 0])
    const one = encodePdu(pData(1, false, false, Uint8Array.of(0)))
    const talk = [
      associateRequest({ callingAE: "MR1" }),
      storeCommand(1),
      pData(1, false, false, header),
    ].map(encodePdu)
    await demandLight(Buffer.concat([...talk, ...Array.from({ length: 190_000 }, () => one)]))
  })

  it(`holds after ${FAILED_ASSOCIATIONS} failed associations the files and the memory it held before`, async () => {
    const refusals = [
      encodePdu(associateRequest({ calledAE: "NOBODY" })),
      encodePdu(associateRequest({ callingAE: "MR1" })).subarray(0, 60),
      Uint8Array.of(9, 0, 0, 0, 0, 4, 0, 0, 0, 0),
      Buffer.concat([
        encodePdu(associateRequest({ callingAE: "MR1" })),
        Uint8Array.of(4, 0, 0xff, 0xff, 0xff, 0xff),
      ]),
    ]
    const round = async (count: number): Promise<void> => {
      for (let n = 0; n < count; n += 10)
        await Promise.all(Array.from({ length: 10 }, (_, at) => say(refusals[(n + at) % refusals.length]!)))
      await sleep(200)
    }
    await round(200)
    const [files, rss] = [await openFiles(pid), await rssMiB(pid)]
    await round(FAILED_ASSOCIATIONS)
    assert.ok((await openFiles(pid)) <= files, `${(await openFiles(pid)) - files} files are left open`)
    assert.ok((await rssMiB(pid)) < rss + LIMIT.roseMiB * 2, `${(await rssMiB(pid)) - rss} MiB more`)
  })

  const instances = (): number =>
    read(road, "edge", (ledger) => ledger.prepare("SELECT count(*) FROM instance").pluck().get()) as number

  /** What storescu and echoscu say, PDU by PDU. */
  async function recorded(): Promise<readonly (readonly Buffer[])[]> {
    const { files } = writeStudy(join(road.site.dir, "recorded"), {
      PatientID: "RECORDED",
      PatientName: Buffer.from("Yamada^Tarou"),
      slices: 2,
    })
    const calls: [string, string[], string[]][] = [
      ["echoscu", [], []],
      ["storescu", [], files.slice(0, 1)],
      ["storescu", ["-R", "-xs"], [...files]],
      ["storescu", ["-xv", "--max-pdu", "4096"], [...files]],
    ]
    const talks: (readonly Buffer[])[] = []
    for (const [program, options, sent] of calls) {
      const said: Buffer[] = []
      const tap = createServer((device) => {
        const edge = connect(road.site.ports.dicom, "127.0.0.1")
        for (const socket of [device, edge]) socket.on("error", () => socket.destroy())
        device.on("data", (chunk: Buffer) => said.push(chunk))
        device.pipe(edge).pipe(device)
      }).listen(0, "127.0.0.1")
      await once(tap, "listening")
      const { port } = tap.address() as AddressInfo
      const env = { ...process.env, TCP_NODELAY: "1" }
      await run(program, ["-aet", "MR1", "-aec", "DOKUEI", ...options, "127.0.0.1", String(port), ...sent], {
        env,
      })
      tap.close()
      talks.push(pdusIn(Buffer.concat(said)))
    }
    assert.ok(talks.every((talk) => talk.length >= 3))
    return talks
  }
})

const hex = (code: number): string => `${code.toString(16).toUpperCase().padStart(4, "0")}H`

/** As much as fits into the largest A-ASSOCIATE-RQ that is read, of everything there may be many of. */
function heaviest(): readonly (readonly [string, Uint8Array])[] {
  const request = associateRequest({ callingAE: "MR1" })
  const uid = (n: number): string => `1.2.840.10008.5.1.4.1.1.${n}`
  const contexts = Array.from({ length: 128 }, (_, at) => ({
    id: 2 * at + 1,
    abstractSyntax: uid(at),
    transferSyntaxes: Array.from({ length: 40 }, (__, n) => `1.2.3.${n}`),
  }))
  const many = <T>(count: number, make: (n: number) => T): T[] =>
    Array.from({ length: count }, (_, n) => make(n))
  const user = (more: object) => ({ ...request, userInformation: { ...request.userInformation, ...more } })
  const related = many(2000, (n) => `1.2.${n}`)
  return [
    ["128 contexts of 40 syntaxes", encodePdu({ ...request, contexts })],
    [
      "1,000 roles",
      encodePdu(user({ roles: many(1000, (n) => ({ SOPClassUID: uid(n), scuRole: true, scpRole: true })) })),
    ],
    [
      "1,000 extensions",
      encodePdu(
        user({
          extended: many(1000, (n) => ({
            SOPClassUID: uid(n % 9),
            applicationInformation: new Uint8Array(20),
          })),
        }),
      ),
    ],
    [
      "related classes without end",
      encodePdu(
        user({
          commonExtended: many(4, (n) => ({
            SOPClassUID: uid(n),
            ServiceClassUID: "1.2.840.10008.4.2",
            relatedGeneralSOPClassUIDs: related,
          })),
        }),
      ),
    ],
    ["900 kB of nothing", Buffer.concat([Uint8Array.of(1, 0, 0, 1, 0xff, 0xff), new Uint8Array(900_000)])],
    ["150,000 PDU headers", Buffer.alloc(900_000, Uint8Array.of(5, 0, 0, 0, 0, 4))],
  ]
}

/** The base with an instance UID of its own: of the same length, so that nothing moves. */
function renamed({ uid, dataSet }: BaseFile, n: number): { readonly uid: string; readonly dataSet: Buffer } {
  const own = `1.2.${String(n + 1).padStart(Math.max(1, uid.length - 4), "1")}`.slice(0, uid.length)
  const renamed = Buffer.from(dataSet)
  for (let at = renamed.indexOf(uid); at >= 0; at = renamed.indexOf(uid, at + 1))
    renamed.write(own, at, "latin1")
  return { uid: own, dataSet: renamed }
}

/** One association for all files; a new one when it is gone. */
class Device {
  readonly #port: number
  readonly #bases: readonly BaseFile[]
  #peer: RawPeer | null = null
  #messageId = 0

  constructor(port: number, bases: readonly BaseFile[]) {
    this.#port = port
    this.#bases = bases
  }

  /** The status of the answer. An association that ends instead fails the test: bad content is answered. */
  async store(base: BaseFile, uid: string, dataSet: Buffer): Promise<number> {
    const peer = (this.#peer ??= await this.#associate())
    const id = 2 * this.#bases.indexOf(base) + 1
    const MessageID = (this.#messageId = (this.#messageId % 0xffff) + 1)
    const [command] = (
      storeCommand(MessageID, {
        AffectedSOPClassUID: base.SOPClassUID,
        AffectedSOPInstanceUID: uid,
      }) as PDataTF
    ).values
    peer.send(pData(id, true, true, command!.fragment))
    for (let at = 0; at < dataSet.length; at += FRAGMENT_BYTES)
      peer.send(pData(id, false, false, dataSet.subarray(at, at + FRAGMENT_BYTES)))
    peer.send(pData(id, false, true, new Uint8Array(0)))
    const answer = await peer.next()
    assert.equal(answer?.type, "P-DATA-TF", `${base.name}: ${JSON.stringify(answer)}`)
    const response = decodeCommand(Buffer.concat(answer.values.map(({ fragment }) => fragment)))
    assert.ok(response.kind === "C-STORE-RSP" && response.MessageIDBeingRespondedTo === MessageID)
    return response.Status
  }

  close(): void {
    this.#peer?.socket.destroy()
  }

  async #associate(): Promise<RawPeer> {
    const peer = await RawPeer.connect(this.#port)
    const contexts = this.#bases.map(({ SOPClassUID, TransferSyntaxUID }, at) => ({
      id: 2 * at + 1,
      abstractSyntax: SOPClassUID,
      transferSyntaxes: [TransferSyntaxUID],
    }))
    const answer = await peer.associate({ callingAE: "MR1", contexts })
    assert.ok(answer?.type === "A-ASSOCIATE-AC" && answer.contexts.every(({ result }) => result === 0))
    return peer
  }
}
