/**
 * The page itself: who is logged in, which screen is shown, is the line up, how long until it logs itself out.
 * Dark for the reading desk, light for the staff desk; the image engine is loaded only when a case is opened.
 */
import "./trusted-types.ts"
import { html, nothing, type TemplateResult } from "lit"
import { keyed } from "lit/directives/keyed.js"
import type { SessionView } from "../gateway/journey/views/session.ts"
import type { StaffItem } from "../gateway/journey/views/staff.ts"
import { Api } from "./api.ts"
import { LiveEvents, type LineState } from "./live-events.ts"
import { appHead, type Tab } from "./parts/app-head.ts"
import { banner } from "./parts/banner.ts"
import { Fetched } from "./parts/fetched.ts"
import { LightElement } from "./parts/light-element.ts"
import { failed, skeleton } from "./parts/states.ts"
import "./screens/decision/page.ts"
import "./screens/gate/device.ts"
import "./screens/gate/enrol.ts"
import "./screens/gate/login.ts"
import "./screens/report/page.ts"
import { serviceAnswer } from "./screens/gate/service-return.ts"
import "./screens/request/page.ts"
import "./screens/staff/list.ts"
import "./screens/staff/certificates.ts"
import "./screens/officer/page.ts"
import "./screens/technician/lines.ts"
import "./screens/technician/page.ts"
import "./screens/worklist/page.ts"
import { IdleWatch } from "./idle-watch.ts"
import { keepLanguage } from "./text/kept-language.ts"
import { t } from "./text/language.ts"
import { dayTime } from "./words/instant.ts"
import { address, route, type Route } from "./words/route.ts"

/** The image engine is fetched while the list is read, once the list itself had the line to itself. */
const WARM_AFTER_MS = 3_000
/** Once a second while a count-down is shown. */
const COUNTDOWN_MS = 1_000

/** One case fills them: its own bar stands in the place of the head. */
const CASE_SCREENS: ReadonlySet<Route["name"]> = new Set(["read", "sign", "preliminary"])

class AppRoot extends LightElement {
  readonly #api = new Api()
  readonly #live = new LiveEvents((state) => this.#onLine(state))
  readonly #idle = new IdleWatch(
    this.#api,
    () => void this.#logout(true),
    () => this.requestUpdate(),
  )
  readonly #session = new Fetched(this, () => this.#api.session())
  #line: LineState = { connected: true, retryAtMs: null }
  /** The last question was answered, if only by a refusal. */
  #reached = true
  #route: Route = { name: "home" }
  /** A session that ended by itself is told on the login page. */
  #ended = false
  /** The study a request is being written for, as the list showed it; its opaque id stands in the address. */
  #seed: StaffItem | null = null
  /** What a signing service sent this page back with. */
  #answer = serviceAnswer(location.search)
  #countdown: ReturnType<typeof setInterval> | undefined
  #warmed = false

  override connectedCallback(): void {
    super.connectedCallback()
    this.#route = route(location.hash)
    // What is good once does not stay in the address.
    if (this.#answer !== null) history.replaceState(null, "", location.pathname)
    addEventListener("hashchange", () => this.#go())
    document.addEventListener("visibilitychange", veil)
    this.#api.onContact = (reached) => this.#heard(reached)
    this.#api.onLoginNeeded = () => this.#leave(true)
    this.#live.hear((event) => {
      if (event.kind === "session-ended") this.#leave(true)
    })
    this.#countdown = setInterval(() => {
      if (!this.#line.connected) this.requestUpdate()
    }, COUNTDOWN_MS)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearInterval(this.#countdown)
    this.#live.close()
    this.#idle.stop()
  }

  #go(): void {
    this.#route = route(location.hash)
    if (this.#route.name !== "new-request") this.#seed = null
    this.requestUpdate()
    // Whoever works by keyboard or by ear starts at the top of the new screen.
    void this.updateComplete.then(() => requestAnimationFrame(() => this.querySelector("main")?.focus()))
  }

  #heard(reached: boolean): void {
    if (reached === this.#reached) return
    this.#reached = reached
    this.requestUpdate()
  }

  /** Whoever does not want to wait. */
  #hurry(): void {
    this.#live.hurry()
    void this.#session.reload()
  }

  /** A broken line may mean a gateway out of reach, or a session that is no more: the gateway is asked which. */
  #onLine(state: LineState): void {
    if (!state.connected || !this.#line.connected) void this.#session.reload()
    this.#line = state
    this.requestUpdate()
  }

  #enter(session: SessionView): void {
    this.#ended = false
    this.#session.take(session)
    // The code is spent and leaves the address; any other screen somebody was sent to is opened now.
    if (this.#route.name === "enrol" || this.#route.name === "card") history.replaceState(null, "", "/")
    this.#go()
  }

  /** Nobody is logged in any more: screens and everything they held leave the page. */
  #leave(ended: boolean): void {
    const session = this.#session.answer?.value
    if (session === undefined || session.person === null) return
    this.#ended = ended
    this.#live.close()
    this.#idle.stop()
    this.#seed = null
    // Nothing of the session outlives it here; the key of a registered device, in IndexedDB, does.
    sessionStorage.clear()
    this.#session.take({ ...session, person: null })
    history.replaceState(null, "", "/")
    this.#route = { name: "home" }
  }

  async #logout(ended: boolean): Promise<void> {
    // The page forgets first; the gateway is told, and ends the session by itself should it not hear.
    const told = this.#api.logout().catch(() => undefined)
    this.#leave(ended)
    await told
  }

  protected override willUpdate(): void {
    const session = this.#session.answer?.value
    if (session === undefined) return
    document.body.dataset.theme = session.desk === "reading" ? "dark" : "light"
    if (session.person === null) {
      this.#live.close()
      this.#idle.stop()
      this.#line = { connected: true, retryAtMs: null }
      return
    }
    this.#live.open()
    this.#idle.start(session.idleMs)
    if (session.desk !== "reading" || isOfficer(session) || this.#warmed) return
    this.#warmed = true
    setTimeout(() => void warmEngine(), WARM_AFTER_MS)
  }

  #tabs(session: SessionView): Tab[] {
    if (isOfficer(session)) return [{ href: address.accounts, label: t("nav.accounts"), current: true }]
    return session.desk === "reading"
      ? [
          { href: address.worklist, label: t("nav.worklist"), current: this.#route.name !== "lines" },
          { href: address.lines, label: t("nav.lines"), current: this.#route.name === "lines" },
        ]
      : [
          {
            href: address.staff,
            label: t("nav.requests"),
            current: this.#route.name !== "technician" && this.#route.name !== "certificates",
          },
          {
            href: address.technician,
            label: t("nav.technician"),
            current: this.#route.name === "technician",
          },
          {
            href: address.certificates,
            label: t("nav.certificates"),
            current: this.#route.name === "certificates",
          },
        ]
  }

  /** One banner at a time: a line that is down comes before a count-down, and both before what lasts. */
  #banner(): unknown {
    if (!this.#line.connected || !this.#reached) {
      const { retryAtMs } = this.#line
      const seconds = retryAtMs === null ? 0 : Math.max(0, Math.ceil((retryAtMs - performance.now()) / 1000))
      const reached = this.#reached && this.#session.failure === null
      return banner(
        "warn",
        "offline",
        reached ? t("offline.only-events") : html`<b>${t("offline.word")}</b> — ${t("offline.meaning")}`,
        html`${retryAtMs === null ? nothing : html`<span class="s nowrap">${t("offline.retry", { seconds })}</span>`}
          <button class="btn" @click=${() => this.#hurry()}>${t("offline.now")}</button>`,
      )
    }
    const idle = this.#idle.state()
    if (idle.kind !== "warning") return this.#frozen()
    return banner(
      "info",
      "clock",
      t("idle.warning", { seconds: idle.seconds }),
      html`<button class="btn btn-primary" @click=${() => this.#idle.touch()}>${t("idle.stay")}</button>`,
    )
  }

  #frozen(): unknown {
    const since = this.#session.answer?.value.frozenSince
    if (since === undefined) return nothing
    return banner(
      "warn",
      "lock",
      html`<b>${t("frozen.word")}</b> — ${t("frozen.meaning", { since: dayTime(new Date(since)) })}`,
    )
  }

  #reading({ device }: SessionView): TemplateResult {
    if (this.#answer !== null && this.#route.name === "home")
      return html`<page-service-return .api=${this.#api} .answer=${this.#answer}></page-service-return>`
    if (this.#route.name === "read") {
      void import("./screens/study/study-screen.ts")
      return html`${keyed(
        this.#route.requestId,
        html`<study-screen
          class="fill"
          .requestId=${this.#route.requestId}
          .api=${this.#api}
          .live=${this.#live}
          .displayUntil=${device?.qualifiedUntil ?? null}
        ></study-screen>`,
      )}`
    }
    if (this.#route.name === "sign") {
      void import("./screens/study/sign-screen.ts")
      return html`${keyed(
        this.#route.requestId,
        html`<sign-screen
          class="fill"
          .requestId=${this.#route.requestId}
          .api=${this.#api}
          .live=${this.#live}
        ></sign-screen>`,
      )}`
    }
    if (this.#route.name === "preliminary") {
      void import("./screens/study/preliminary-screen.ts")
      return html`${keyed(
        this.#route.requestId,
        html`<preliminary-screen
          class="fill"
          .requestId=${this.#route.requestId}
          .api=${this.#api}
          .live=${this.#live}
        ></preliminary-screen>`,
      )}`
    }
    if (this.#route.name === "lines")
      return html`<page-lines .api=${this.#api} .live=${this.#live}></page-lines>`
    return html`<page-worklist .api=${this.#api} .live=${this.#live}></page-worklist>`
  }

  #staff(session: SessionView): TemplateResult {
    if (this.#route.name === "new-request")
      return html`<page-request-form
        .api=${this.#api}
        .session=${session}
        .seed=${this.#seed}
        .studyId=${this.#route.studyId}
      ></page-request-form>`
    if (this.#route.name === "decide")
      return html`${keyed(
        this.#route.studyId,
        html`<page-decision
          .api=${this.#api}
          .live=${this.#live}
          .studyId=${this.#route.studyId}
        ></page-decision>`,
      )}`
    if (this.#route.name === "certificates")
      return html`<page-certificates .api=${this.#api} .live=${this.#live}></page-certificates>`
    if (this.#route.name === "technician")
      return html`<page-technician .api=${this.#api} .live=${this.#live}></page-technician>`
    if (this.#route.name === "report")
      return html`${keyed(
        this.#route.requestId,
        html`<page-report
          .api=${this.#api}
          .live=${this.#live}
          .session=${session}
          .requestId=${this.#route.requestId}
        ></page-report>`,
      )}`
    return html`<page-staff-list
      .api=${this.#api}
      .live=${this.#live}
      @write-request=${(event: CustomEvent<StaffItem>) => {
        this.#seed = event.detail
        location.hash = address.requestFor(event.detail.studyId ?? "")
      }}
    ></page-staff-list>`
  }

  /** Whatever the address says: there is one page for them, at either desk. */
  #officer(session: SessionView): TemplateResult {
    return html`<page-officer .api=${this.#api} .own=${session.person?.name ?? ""}></page-officer>`
  }

  #inside(session: SessionView): TemplateResult {
    const officer = isOfficer(session)
    const wide = !officer && session.desk === "reading" && CASE_SCREENS.has(this.#route.name)
    return html`<div class="screen">
      ${wide ? nothing : appHead(session, this.#tabs(session), () => void this.#logout(false))}
      ${this.#banner()}
      ${officer ? this.#officer(session) : session.desk === "reading" ? this.#reading(session) : this.#staff(session)}
    </div>`
  }

  #gate(session: SessionView): TemplateResult {
    const enter = (event: CustomEvent<SessionView>): void => this.#enter(event.detail)
    const registeredDevices = session.registeredDevices === true
    if (this.#route.name === "device")
      return html`<page-device
        .api=${this.#api}
        .site=${session.site}
        .code=${this.#route.code}
      ></page-device>`
    if (this.#route.name === "enrol")
      return html`<page-enrol
        .api=${this.#api}
        .site=${session.site}
        .code=${this.#route.code}
        .registeredDevices=${registeredDevices}
        @session=${enter}
      ></page-enrol>`
    return html`<page-login
      .api=${this.#api}
      .site=${session.site}
      .ended=${this.#ended}
      .registeredDevices=${registeredDevices}
      .cards=${session.cards ?? null}
      .card=${this.#route.name === "card" ? this.#route : null}
      @session=${enter}
    ></page-login>`
  }

  override render(): unknown {
    const { answer, failure, slow } = this.#session
    if (answer !== null) {
      const session = answer.value
      return session.person === null || this.#route.name === "enrol" || this.#route.name === "device"
        ? this.#gate(session)
        : this.#inside(session)
    }
    if (failure !== null)
      return html`<main class="screen gate">
        ${failed("session.failed", failure, () => void this.#session.reload())}
      </main>`
    return slow ? html`<main class="screen gate">${skeleton(t("session.loading"), 3)}</main>` : nothing
  }
}

const isOfficer = ({ person }: SessionView): boolean => person?.role === "officer"

/** Fetched ahead so that the first case opens at once; should it fail, opening a case asks again and tells. */
async function warmEngine(): Promise<void> {
  await Promise.allSettled([import("./screens/study/study-screen.ts"), import("./screens/study/viewport.ts")])
}

/** The picture the system keeps of a hidden page must not show a patient. */
function veil(): void {
  document.body.classList.toggle("is-veiled", document.visibilityState === "hidden")
}

/** Without it the page still works, only slower and not while offline; so a refusal is noted and no more. */
async function keepShell(): Promise<void> {
  if (!("serviceWorker" in navigator)) return
  try {
    await navigator.serviceWorker.register("/service-worker.js")
  } catch (refused) {
    console.info("the shell is not kept on this device", refused)
  }
}

keepLanguage()
customElements.define("app-root", AppRoot)
void keepShell()
