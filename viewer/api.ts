/**
 * The gateway as this page sees it: every endpoint of the two desks, typed by `gateway/journey/views`.
 *
 * Opaque ids are the only thing that ever stands in a URL. Answers live in memory (`Cache-Control: no-store`).
 */
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from "@simplewebauthn/browser"
import type { AccountsView, DeviceCode, DeviceWanted } from "../gateway/journey/views/account.ts"
import type { DeviceHere, DeviceKey, DeviceOffer, DeviceProof } from "../gateway/journey/views/device.ts"
import type { LinesView } from "../gateway/journey/views/lines.ts"
import type { PatientRuling } from "../gateway/journey/views/notice.ts"
import type {
  Amendment,
  CardAsked,
  PreparedReport,
  ReadingView,
  ReleasedPreliminaryReport,
  ReportDraft,
  SignedOrApproved,
  WorkItem,
} from "../gateway/journey/views/reading.ts"
import type { PeopleFound, RequestInput } from "../gateway/journey/views/request.ts"
import type { SessionView } from "../gateway/journey/views/session.ts"
import type {
  DeletionView,
  CopyChoice,
  QuarantineRuling,
  StaffDetail,
  StaffItem,
  StudyQuestion,
} from "../gateway/journey/views/staff.ts"
import type { TechnicianView, TestResult } from "../gateway/journey/views/technician.ts"
import type { Verdict } from "../gateway/journey/views/verdict.ts"
import { ServerClock } from "./server-clock.ts"

/** The gateway refused (`status` ≥ 400) or could not be reached (`status` 0, code `ERR_OFFLINE`). */
export class ApiError extends Error {
  override readonly name = "ApiError"
  readonly code: string
  readonly status: number
  /** Number of the refused request, to be told to the help desk; null when the gateway gave none. */
  readonly requestNumber: string | null

  constructor(status: number, code: string, message: string, requestNumber: string | null, cause?: unknown) {
    super(message, { cause })
    this.status = status
    this.code = code
    this.requestNumber = requestNumber
  }
}

interface Refusal {
  readonly code?: unknown
  readonly message?: unknown
  readonly requestId?: unknown
}

const word = (value: unknown): string | null => (typeof value === "string" ? value : null)

/** What a refusal says; a body that is not ours (a proxy's page) still becomes an error with a code. */
async function refusal(response: Response): Promise<ApiError> {
  const body = await response.json().then(
    (json: unknown) => (typeof json === "object" && json !== null ? (json as Refusal) : {}),
    (): Refusal => ({}),
  )
  const code = word(body.code) ?? `HTTP_${response.status}`
  return new ApiError(response.status, code, word(body.message) ?? response.statusText, word(body.requestId))
}

const part = encodeURIComponent

/** Who asks: a person, or the page by itself after a live event, which must keep nobody logged in (docs/desk-api.md). */
export type Asker = "person" | "page"

export class Api {
  /** Carried by every answer that has a `serverTime`. */
  readonly clock = new ServerClock(() => performance.now(), Date.now())
  /** Called after every answer: true when the gateway answered at all. */
  onContact: (reached: boolean) => void = () => undefined
  /** Called when the gateway says that nobody is logged in. */
  onLoginNeeded: () => void = () => undefined

  // ---- session

  async session(): Promise<SessionView> {
    return this.#heard(await this.#json<SessionView>("GET", "/api/session"))
  }
  /** Somebody is at the page: the one request that says so and asks for nothing. */
  async present(): Promise<SessionView> {
    return this.#heard(await this.#json<SessionView>("POST", "/api/session", {}))
  }
  enrolOptions(
    code: string,
  ): Promise<{ personName: string; options: PublicKeyCredentialCreationOptionsJSON }> {
    return this.#json("POST", "/api/enrol/options", { code })
  }
  /** @param device undefined where this one is not registered; here and at each login */
  async enrol(code: string, response: RegistrationResponseJSON, device?: DeviceProof): Promise<SessionView> {
    return this.#heard(await this.#json<SessionView>("POST", "/api/enrol", { code, response, device }))
  }
  loginOptions(): Promise<PublicKeyCredentialRequestOptionsJSON> {
    return this.#json("POST", "/api/login/options", {})
  }
  async login(response: AuthenticationResponseJSON, device?: DeviceProof): Promise<SessionView> {
    return this.#heard(await this.#json<SessionView>("POST", "/api/login", { response, device }))
  }
  /** @param verifier what this tab kept when it left for the door for cards */
  async loginByCard(code: string, verifier: string, device?: DeviceProof): Promise<SessionView> {
    return this.#heard(await this.#json<SessionView>("POST", "/api/login/card", { code, verifier, device }))
  }
  /** What this code registers a device as. */
  deviceOffer(code: string): Promise<DeviceOffer> {
    return this.#json("POST", "/api/device/options", { code })
  }
  registerDevice(shown: {
    readonly code: string
    readonly challenge: string
    readonly key: DeviceKey
    readonly signature: string
  }): Promise<DeviceHere> {
    return this.#json("POST", "/api/device", shown)
  }
  async logout(): Promise<void> {
    await this.#send("POST", "/api/logout", {})
  }

  // ---- reading desk

  async worklist(by: Asker = "person"): Promise<{ items: WorkItem[]; serverTime: string }> {
    return this.#heard(await this.#ask<{ items: WorkItem[]; serverTime: string }>("/api/worklist", by))
  }
  reading(requestId: string, by: Asker = "person"): Promise<ReadingView> {
    return this.#ask(`/api/cases/${part(requestId)}`, by)
  }
  start(requestId: string): Promise<ReadingView> {
    return this.#json("POST", `/api/cases/${part(requestId)}/start`, {})
  }
  saveDraft(
    requestId: string,
    draft: ReportDraft,
    expectedVersion: number,
  ): Promise<{ draftVersion: number }> {
    return this.#json("PUT", `/api/cases/${part(requestId)}/draft`, { draft, expectedVersion })
  }
  /** Freezes this version of the draft, and no other. */
  prepare(requestId: string, expectedVersion: number): Promise<PreparedReport> {
    return this.#json("POST", `/api/cases/${part(requestId)}/prepare`, { expectedVersion })
  }
  /** The same, to be released as a preliminary report. */
  preparePreliminary(requestId: string, expectedVersion: number): Promise<PreparedReport> {
    return this.#json("POST", `/api/cases/${part(requestId)}/prepare-preliminary`, { expectedVersion })
  }
  releasePreliminary(
    prepareId: string,
    response: AuthenticationResponseJSON,
  ): Promise<ReleasedPreliminaryReport> {
    return this.#json("POST", `/api/prepared/${part(prepareId)}/release`, { response })
  }
  preparedPdfUrl(prepareId: string): string {
    return `/api/prepared/${part(prepareId)}/pdf`
  }
  /** The same pages as a picture. */
  preparedSheetUrl(prepareId: string): string {
    return `/api/prepared/${part(prepareId)}/sheet`
  }
  sign(
    prepareId: string,
    response: AuthenticationResponseJSON,
    pin: string,
  ): Promise<SignedOrApproved | CardAsked> {
    return this.#json("POST", `/api/prepared/${part(prepareId)}/sign`, { response, pin })
  }
  /** What this reader approved before and could not be signed then. @param pin "" where none is asked for here */
  signApproved(requestId: string, pin: string): Promise<SignedOrApproved | CardAsked> {
    return this.#json("POST", `/api/cases/${part(requestId)}/sign`, { pin })
  }
  /** @param signature base64; null = the card did not sign */
  cardSigned(questionId: string, signature: string | null): Promise<SignedOrApproved> {
    return this.#json("POST", `/api/card/${part(questionId)}`, { signature })
  }
  takeBack(requestId: string): Promise<ReadingView> {
    return this.#json("POST", `/api/cases/${part(requestId)}/take-back`, {})
  }
  /** Where the reader logs in to the service that holds their key. */
  signingService(): Promise<{ url: string }> {
    return this.#json("POST", "/api/signing-service", {})
  }
  signingServiceReturn(answer: { state: string; code: string }): Promise<object> {
    return this.#json("POST", "/api/signing-service/return", answer)
  }
  /** @param expectedVersion the newest version that was seen */
  amend(requestId: string, amendment: Amendment): Promise<ReadingView> {
    return this.#json("POST", `/api/cases/${part(requestId)}/amend`, amendment)
  }
  async retryCase(requestId: string): Promise<void> {
    await this.#send("POST", `/api/cases/${part(requestId)}/retry`, {})
  }
  async rulePatient(requestId: string, what: PatientRuling): Promise<void> {
    await this.#send("POST", `/api/cases/${part(requestId)}/patient`, { what })
  }
  async closeCase(requestId: string): Promise<void> {
    await this.#send("POST", `/api/cases/${part(requestId)}/close`, {})
  }

  // ---- staff desk

  people(typed: string): Promise<PeopleFound> {
    return this.#json("POST", "/api/directory", { typed })
  }

  async requests(by: Asker = "person"): Promise<{ items: StaffItem[]; serverTime: string }> {
    return this.#heard(await this.#ask<{ items: StaffItem[]; serverTime: string }>("/api/requests", by))
  }
  certificates(by: Asker = "person"): Promise<{ items: DeletionView[] }> {
    return this.#ask("/api/certificates", by)
  }
  request(requestId: string, by: Asker = "person"): Promise<StaffDetail> {
    return this.#ask(`/api/requests/${part(requestId)}`, by)
  }
  enter(input: RequestInput): Promise<{ requestId: string }> {
    return this.#json("POST", "/api/requests", input)
  }
  async consent(requestId: string, policy: string): Promise<void> {
    await this.#send("POST", `/api/requests/${part(requestId)}/consent`, { policy })
  }
  async identify(requestId: string, PatientID: string): Promise<void> {
    await this.#send("POST", `/api/requests/${part(requestId)}/patient`, { PatientID })
  }
  async release(requestId: string): Promise<void> {
    await this.#send("POST", `/api/requests/${part(requestId)}/release`, {})
  }
  async retry(requestId: string): Promise<void> {
    await this.#send("POST", `/api/requests/${part(requestId)}/retry`, {})
  }
  async acknowledge(requestId: string, reportIds: readonly string[]): Promise<void> {
    await this.#send("POST", `/api/requests/${part(requestId)}/acknowledge`, { reportIds })
  }
  async close(requestId: string): Promise<void> {
    await this.#send("POST", `/api/requests/${part(requestId)}/close`, {})
  }
  studyQuestion(studyId: string, by: Asker = "person"): Promise<StudyQuestion> {
    return this.#ask(`/api/studies/${part(studyId)}`, by)
  }
  async rule(studyId: string, ruling: QuarantineRuling): Promise<void> {
    await this.#send("POST", `/api/studies/${part(studyId)}/rule`, ruling)
  }
  async choose(studyId: string, choice: CopyChoice): Promise<void> {
    await this.#send("POST", `/api/studies/${part(studyId)}/choose`, choice)
  }
  copyPictureUrl(studyId: string, objectId: string): string {
    return `/api/studies/${part(studyId)}/copies/${part(objectId)}/picture`
  }
  async recall(requestId: string, reason: string): Promise<void> {
    await this.#send("POST", `/api/requests/${part(requestId)}/recall`, { reason })
  }
  /** Of a request's proposals this is what it is for. */
  async bind(requestId: string, studyId: string): Promise<void> {
    await this.#send("POST", `/api/requests/${part(requestId)}/bind`, { studyId })
  }
  async technician(by: Asker = "person"): Promise<TechnicianView> {
    return this.#heard(await this.#ask<TechnicianView>("/api/technician", by))
  }
  async lines(by: Asker = "person"): Promise<LinesView> {
    return this.#heard(await this.#ask<LinesView>("/api/lines", by))
  }
  testEcho(aeTitle: string): Promise<TestResult> {
    return this.#json("POST", "/api/technician/echo", { aeTitle })
  }
  testLine(agreement: string): Promise<TestResult> {
    return this.#json("POST", "/api/technician/line", { agreement })
  }
  verification(reportId: string): Promise<{ signature: Verdict; seal: Verdict }> {
    return this.#json("GET", `/api/reports/${part(reportId)}/verification`)
  }
  /** Each signed report of the request with all its evidence. @returns the ZIP, and its name */
  async evidence(requestId: string): Promise<{ readonly name: string; readonly zip: Blob }> {
    const path = `/api/requests/${part(requestId)}/evidence`
    const response = await this.#send("GET", path, undefined, { headers: { Accept: "application/zip" } })
    const [, name = "dokuei-evidence.zip"] =
      /filename="([\w.-]+)"/.exec(response.headers.get("Content-Disposition") ?? "") ?? []
    return { name, zip: await response.blob() }
  }
  preliminaryPdfUrl(requestId: string, version: number): string {
    return `/api/requests/${part(requestId)}/preliminary/${version}/pdf`
  }
  documentUrl(reportId: string, kind: "pdf" | "cda" | "signature"): string {
    return `/api/reports/${part(reportId)}/${kind}`
  }
  keyImageUrl(reportId: string, index: number): string {
    return `/api/reports/${part(reportId)}/key-images/${index}`
  }
  paperUrl(requestId: string, index: number): string {
    return `/api/cases/${part(requestId)}/papers/${index}`
  }
  attachmentUrl(reportId: string, index: number): string {
    return `/api/reports/${part(reportId)}/attachments/${index}`
  }

  // ---- officers, at either desk

  async accounts(by: Asker = "person"): Promise<AccountsView> {
    return this.#heard(await this.#ask<AccountsView>("/api/accounts", by))
  }
  /** What the passkey is asked to agree to. */
  confirmation(login: string, fingerprint: string): Promise<PublicKeyCredentialRequestOptionsJSON> {
    return this.#json("POST", "/api/accounts/confirmation", { login, fingerprint })
  }
  async confirmCertificate(response: AuthenticationResponseJSON): Promise<void> {
    await this.#send("POST", "/api/accounts/confirm", { response })
  }
  async revokeCertificate(login: string, fingerprint: string, reason: string): Promise<void> {
    await this.#send("POST", "/api/accounts/revoke", { login, fingerprint, reason })
  }
  async losePasskey(login: string, passkey: string, reason: string): Promise<void> {
    await this.#send("POST", "/api/accounts/lost", { login, passkey, reason })
  }
  deviceConfirmation(wanted: DeviceWanted): Promise<PublicKeyCredentialRequestOptionsJSON> {
    return this.#json("POST", "/api/accounts/device/confirmation", wanted)
  }
  offerDevice(response: AuthenticationResponseJSON): Promise<DeviceCode> {
    return this.#json("POST", "/api/accounts/device", { response })
  }
  async revokeDevice(id: string, reason: string): Promise<void> {
    await this.#send("POST", "/api/accounts/device/revoke", { id, reason })
  }

  // ---- anything else under this origin (DICOMweb)

  /** A GET with the same errors as all the others; the caller reads the body. */
  get(
    path: string,
    init: { headers?: Record<string, string>; signal?: AbortSignal } = {},
  ): Promise<Response> {
    return this.#send("GET", path, undefined, init)
  }

  #heard<Answer extends { readonly serverTime: string }>(answer: Answer): Answer {
    this.clock.heard(answer.serverTime)
    return answer
  }

  async #ask<Answer>(path: string, by: Asker): Promise<Answer> {
    const headers = by === "page" ? { "X-Background": "true" } : {}
    const response = await this.#send("GET", path, undefined, { headers })
    return (await response.json()) as Answer
  }

  async #json<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await this.#send(method, path, body)
    return (await response.json()) as Answer
  }

  async #send(
    method: string,
    path: string,
    body?: unknown,
    init: { headers?: Record<string, string>; signal?: AbortSignal } = {},
  ): Promise<Response> {
    const headers: Record<string, string> = { Accept: "application/json", ...init.headers }
    if (method !== "GET") headers["X-Requested-By"] = "viewer"
    if (body !== undefined) headers["Content-Type"] = "application/json"
    const response = await this.#fetch(path, {
      method,
      headers,
      cache: "no-store",
      credentials: "same-origin",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(init.signal === undefined ? {} : { signal: init.signal }),
    })
    if (response.ok) return response
    const error = await refusal(response)
    if (error.code === "ERR_LOGIN_NEEDED") this.onLoginNeeded()
    throw error
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    try {
      const response = await fetch(path, init)
      this.onContact(true)
      return response
    } catch (cause) {
      if (init.signal?.aborted === true) throw cause
      this.onContact(false)
      throw new ApiError(0, "ERR_OFFLINE", "the gateway cannot be reached", null, cause)
    }
  }
}
