/** A desk on a free port with a people store in a temporary folder, and handlers that write down what they are asked. */
import { createHash, randomBytes } from "node:crypto"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { SoftwareAuthenticator } from "../../../deploy/demo/authenticator.ts"
import { DeskClient } from "../../../deploy/demo/desk-client.ts"
import type { DeskOptions, OpenDesk } from "../../../gateway/actors/desks/options.ts"
import { listenReadingDesk } from "../../../gateway/actors/desks/reading-desk.ts"
import { listenStaffDesk } from "../../../gateway/actors/desks/staff-desk.ts"
import { officerDesk } from "../../../gateway/journey/people/officer.ts"
import { KeyError } from "../../../gateway/journey/errors.ts"
import type { AuditEvent } from "../../../gateway/journey/ports/audit.ts"
import type { LinesDesk, TechnicianDesk } from "../../../gateway/journey/ports/machine-desk.ts"
import type { Person } from "../../../gateway/journey/ports/person.ts"
import type { EncodedFrame, ReadingDesk } from "../../../gateway/journey/ports/reading-desk.ts"
import type { StaffDesk } from "../../../gateway/journey/ports/staff-desk.ts"
import type { LinesView } from "../../../gateway/journey/views/lines.ts"
import type { ReadingView } from "../../../gateway/journey/views/reading.ts"
import type { StaffDetail, StudyQuestion } from "../../../gateway/journey/views/staff.ts"
import type { TechnicianView } from "../../../gateway/journey/views/technician.ts"
import type { Verdict } from "../../../gateway/journey/views/verdict.ts"
import type { DeviceRule } from "../../../gateway/journey/ports/devices.ts"
import { DEFAULT_LIMITS, openPeople, type PeopleStore } from "../../../gateway/storage/people/people.ts"

export const PIN = "4711"
const sha256 = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex")

export const CODESTREAM = Buffer.from(Array.from({ length: 1000 }, (_, index) => (index * 7) % 256))
export const FRAME: EncodedFrame = {
  mediaType: "image/jphc",
  TransferSyntaxUID: "1.2.840.10008.1.2.4.202",
  bytes: CODESTREAM,
  levelEndBytes: [100, 300, 1000],
  sha256: sha256(CODESTREAM),
}
export const PDF = Buffer.from("%PDF-1.7 …")
export const PNG = Buffer.from("\x89PNG…", "latin1")
export const AGREEMENT = {
  id: "minato",
  partner: "みなと病院",
  dueMinutes: { STAT: 60, HIGH: 240, ROUTINE: 1440 },
  consentPolicies: [],
}
export const READER = { login: "sato", name: "佐藤 花子", role: "radiologist" } as const
export const OFFICER = { login: "anzen", name: "安全 花江", role: "officer" } as const
export const CLERK = { login: "suzuki", name: "鈴木 一郎", role: "clerk" } as const

const TESTED = { ok: true, tookMs: 7, code: null, ja: null, en: null }

/** A clock that stands until it is moved. */
export class FakeClock {
  #now = Date.UTC(2026, 3, 1)
  now(): Date {
    return new Date(this.#now)
  }
  pass(minutes: number): void {
    this.#now += minutes * 60_000
  }
}

/** Answers both desk ports; `asked` holds every call, `fails` throws once from the method named. */
export class Recorder {
  readonly asked: unknown[][] = []
  readonly fails = new Map<string, Error>()
  readonly prepared: string[] = []
  readonly clock: FakeClock

  constructor(clock: FakeClock) {
    this.clock = clock
  }

  readonly reading: ReadingDesk = {
    worklist: (...call) => this.#answer("worklist", call, []),
    reading: (...call) => this.#answer("reading", call, { requestId: call[1] } as ReadingView),
    paper: (...call) => this.#answer("paper", call, { mediaType: "application/pdf", bytes: PDF }),
    start: (...call) => this.#answer("start", call, { requestId: call[1] } as ReadingView),
    saveDraft: (...call) => this.#answer("saveDraft", call, { draftVersion: call[3] + 1 }),
    prepare: (...call) => this.#prepare(call, "prepare"),
    preparePreliminary: (...call) => this.#prepare(call, "preparePreliminary"),
    release: (...call) => this.#answer("release", call, { reportId: "1.2.3", version: 1 }),
    preparedPdf: (...call) => this.#answer("preparedPdf", call, PDF),
    preparedSheet: (...call) => this.#answer("preparedSheet", call, PNG),
    sign: (...call) =>
      call[2] === PIN
        ? this.#answer("sign", call, { reportId: "1.2.3", version: 1 })
        : Promise.reject(new KeyError("ERR_KEY_PASSPHRASE", "the PIN is wrong")),
    signApproved: (...call) =>
      call[2] === PIN
        ? this.#answer("signApproved", call, { reportId: "1.2.3", version: 1 })
        : Promise.reject(new KeyError("ERR_KEY_PASSPHRASE", "the PIN is wrong")),
    takeBack: (...call) => this.#answer("takeBack", call, { requestId: call[1] } as ReadingView),
    amend: (...call) => this.#answer("amend", call, { requestId: call[1] } as ReadingView),
    retry: (...call) => this.#answer("retry", call, undefined),
    rulePatient: (...call) => this.#answer("rulePatient", call, undefined),
    close: (...call) => this.#answer("close", call, undefined),
    metadata: (...call) => this.#answer("metadata", call, [{ "00080018": { vr: "UI", Value: ["1.2.3"] } }]),
    frame: (...call) => this.#answer("frame", call, FRAME),
    rendered: (...call) => this.#answer("rendered", call, PNG),
  }

  readonly staff: StaffDesk = {
    study: (...call) => this.#answer("study", call, { studyId: call[1] } as StudyQuestion),
    rule: (...call) => this.#answer("rule", call, undefined),
    choose: (...call) => this.#answer("choose", call, undefined),
    copyPicture: (...call) => this.#answer("copyPicture", call, PNG),
    recall: (...call) => this.#answer("recall", call, undefined),
    bind: (...call) => this.#answer("bind", call, undefined),
    requests: (...call) => this.#answer("requests", call, []),
    request: (...call) => this.#answer("request", call, { requestId: call[1] } as StaffDetail),
    enter: (...call) => this.#answer("enter", call, { requestId: "req-1" }),
    identify: (...call) => this.#answer("identify", call, undefined),
    consent: (...call) => this.#answer("consent", call, undefined),
    release: (...call) => this.#answer("release", call, undefined),
    retry: (...call) => this.#answer("retry", call, undefined),
    acknowledge: (...call) => this.#answer("acknowledge", call, undefined),
    close: (...call) => this.#answer("close", call, undefined),
    certificates: (...call) => this.#answer("certificates", call, []),
    evidence: (...call) => this.#answer("evidence", call, { fileName: "evidence.zip", bytes: PNG }),
    document: (...call) => this.#answer("document", call, Buffer.from(call[2])),
    preliminaryPdf: (...call) => this.#answer("preliminaryPdf", call, PDF),
    keyImage: (...call) => this.#answer("keyImage", call, PNG),
    attachment: (...call) => this.#answer("attachment", call, PNG),
    verification: (...call) =>
      this.#answer("verification", call, { signature: {} as Verdict, seal: {} as Verdict }),
  }

  readonly lines: LinesDesk = {
    view: () => Promise.resolve({ lights: [] } as unknown as LinesView),
  }
  readonly technician: TechnicianDesk = {
    view: (...call) => this.#answer("view", call, { lights: [] } as unknown as TechnicianView),
    echo: (...call) => this.#answer("echo", call, TESTED),
    reach: (...call) => this.#answer("reach", call, TESTED),
  }

  #answer<Value>(method: string, call: readonly unknown[], value: Value): Promise<Value> {
    this.asked.push([method, ...call])
    const failure = this.fails.get(method)
    this.fails.delete(method)
    return failure === undefined ? Promise.resolve(value) : Promise.reject(failure)
  }

  #prepare(
    [person, requestId, version]: Parameters<ReadingDesk["prepare"]>,
    method: "prepare" | "preparePreliminary",
  ): ReturnType<ReadingDesk["prepare"]> {
    const prepareId = `prep-${this.prepared.length}`
    this.prepared.push(prepareId)
    return this.#answer(method, [person, requestId, version], {
      prepareId,
      reportId: "1.2.3",
      version: 1,
      cdaSha256: "00",
      pdfSha256: "01",
      frozenAt: this.clock.now().toISOString(),
      expiresAt: new Date(this.clock.now().getTime() + 5 * 60_000).toISOString(),
      patient: {} as never,
      draft: {} as never,
      intent: Buffer.from(`sign-intent-v1\n${prepareId}`),
    })
  }
}

export interface Harness {
  readonly desk: OpenDesk
  readonly people: PeopleStore
  readonly clock: FakeClock
  readonly recorder: Recorder
  readonly audits: AuditEvent[]
  readonly log: string[]
  readonly authenticator: SoftwareAuthenticator
  readonly client: DeskClient
  /** A code that is good for 15 minutes. */
  invite(person: Omit<Person, "id">): Promise<string>
  close(): Promise<void>
}

export async function openHarness(
  kind: "reading" | "staff",
  change: Partial<DeskOptions> = {},
  deviceRule: DeviceRule = "any",
): Promise<Harness> {
  const folder = await mkdtemp(join(tmpdir(), "desk-"))
  const people = openPeople(join(folder, "people.sqlite"), { ...DEFAULT_LIMITS, deviceRule })
  const clock = new FakeClock()
  const recorder = new Recorder(clock)
  const audits: AuditEvent[] = []
  const log: string[] = []
  const host = kind === "reading" ? "center.localhost" : "edge.localhost"
  const options: DeskOptions = {
    host: "127.0.0.1",
    port: 0,
    origin: `http://${host}:0`,
    rpId: host,
    siteName: "東京読影センター",
    staticDir: null,
    tls: null,
    people,
    officer: officerDesk({ people, clock, chance: { bytes: (length) => randomBytes(length) } }),
    clock,
    chance: { bytes: (length) => randomBytes(length) },
    log: (level, message, fields) => log.push(`${level} ${message} ${JSON.stringify(fields)}`),
    audit: (event) => void audits.push(event),
    agreements: [AGREEMENT],
    machineTokens: [
      { name: "his", may: ["enter", "list-own"], sha256: sha256("his-token") },
      { name: "ris", may: ["enter"], sha256: sha256("ris-token") },
    ],
    ...change,
  }
  const desk =
    kind === "reading"
      ? await listenReadingDesk(options, recorder.reading, recorder.lines)
      : await listenStaffDesk(options, recorder.staff, recorder.technician)
  const authenticator = new SoftwareAuthenticator()
  return {
    desk,
    people,
    clock,
    recorder,
    audits,
    log,
    authenticator,
    client: new DeskClient(desk.origin, authenticator),
    invite: async (person) => {
      const code = randomBytes(8).toString("hex")
      await people.enrol(person, code, new Date(clock.now().getTime() + 15 * 60_000))
      return code
    },
    close: async () => {
      await desk.close()
      people.close()
      await rm(folder, { recursive: true })
    },
  }
}

/** Logged in with a fresh passkey, as the person this desk is for. */
export async function enrolled(harness: Harness, person: Omit<Person, "id">): Promise<DeskClient> {
  await harness.client.enrol(await harness.invite(person))
  return harness.client
}
