/** Queue, line, store, certificates: one card each, a word in its corner, the numbers in words below. */
import { html, nothing, type TemplateResult } from "lit"
import type {
  ClockView,
  CollectorView,
  ContactView,
  DirectoryView,
  PartnerView,
  TechnicianView,
} from "../../../gateway/journey/views/technician.ts"
import { icon, type IconName } from "../../parts/icon.ts"
import { maybe } from "../../text/language.ts"
import { maybeTt, tt } from "../../text/technician.ts"
import { byteWords } from "../../words/elapsed.ts"
import { day, shortTime } from "../../words/instant.ts"
import { ago, at, atAndAgo, lasting } from "./times.ts"
import { testWords, type Tests } from "./to-do.ts"

type Tone = "ok" | "warn" | "danger" | "info" | "plain"
const MARK: Readonly<Record<Tone, IconName>> = {
  ok: "check",
  warn: "clock",
  danger: "x",
  info: "send",
  plain: "question",
}

export const badge = (tone: Tone, words: string): TemplateResult =>
  html`<span class="badge badge-${tone}">${icon(MARK[tone])}${words}</span>`

export function card(
  drawing: IconName,
  title: string,
  corner: unknown,
  body: unknown,
  wide = false,
): TemplateResult {
  return html`<section class="panel card ${wide ? "wide" : ""}">
    <h2>${icon(drawing)}${title}${corner}</h2>
    ${body}
  </section>`
}

function queueBadge({ failed, sending, waiting, failingSince }: PartnerView): TemplateResult {
  if (failed > 0 || failingSince !== null) return badge("danger", tt("queue.stopped"))
  if (sending > 0) return badge("info", tt("queue.moving"))
  return waiting > 0 ? badge("warn", tt("queue.waits")) : badge("ok", tt("queue.empty"))
}

export const queue = (partner: PartnerView, now: Date): TemplateResult =>
  card("send", `${tt("queue.title")}\u3000${partner.name}`, queueBadge(partner), queueFacts(partner, now))

export function queueFacts(partner: PartnerView, now: Date): TemplateResult {
  const { waiting, sending, failed, bytes, oldestAt, stat } = partner
  const n = waiting + sending
  return html`<p>
      <span class="big">${n === 0 ? tt("queue.empty") : tt("queue.waiting", { n })}</span>
      <span class="sub">${bytes === 0 ? nothing : byteWords(bytes)}</span>
      ${stat === 0 ? nothing : html`<span class="badge badge-high">${tt("queue.stat", { n: stat })}</span>`}
    </p>
    <p class="xs sub row between wrap">
      <span>${tt("queue.parts", { waiting, sending, failed })}</span
      >${oldestAt === null ? nothing : html`<span>${tt("queue.oldest", { ago: ago(oldestAt, now) })}</span>`}
    </p>`
}

/** An answer that is older says nothing of now: while nothing is sent nobody would notice that the line is down. */
const ANSWER_HOLDS_MS = 15 * 60_000

export function contactBadge({ failingSince, lastSuccessAt }: ContactView, now: Date): TemplateResult {
  if (failingSince !== null) return badge("danger", tt("line.down", { ago: lasting(failingSince, now) }))
  if (lastSuccessAt === null) return badge("plain", tt("line.unknown"))
  return now.getTime() - Date.parse(lastSuccessAt) <= ANSWER_HOLDS_MS
    ? badge("ok", tt("line.up"))
    : badge("plain", tt("line.was-up", { ago: ago(lastSuccessAt, now) }))
}

/** A connection that is held open is heard all the time. */
const lineBadge = (partner: PartnerView, now: Date): TemplateResult =>
  partner.failingSince === null && typeof partner.roadHome?.connectedSince === "string"
    ? badge("ok", tt("line.up"))
    : contactBadge(partner, now)

const inHospitalWords = (code: string): string => maybe(`code.${code}`) ?? code

/**
 * @param more further lines of the list
 * @param wordsOf a failure code
 */
export function contactFacts(
  { lastSuccessAt, lastFailureAt, failureCode }: ContactView,
  now: Date,
  more: unknown = nothing,
  wordsOf = inHospitalWords,
): TemplateResult {
  const time = (instant: string | null): string =>
    instant === null ? tt("line.none") : atAndAgo(instant, now)
  const words = failureCode === null ? null : wordsOf(failureCode)
  return html`<dl class="kv">
    <dt>${tt("line.last-success")}</dt>
    <dd>${time(lastSuccessAt)}</dd>
    <dt>${tt("line.last-failure")}</dt>
    <dd>
      ${time(lastFailureAt)}${words === null ? nothing : html`<br /><span class="t-danger">${words}</span>`}
    </dd>
    ${more}
  </dl>`
}

/** The connection that is held open, through which reports go home. */
export function roadHome({ roadHome: road }: PartnerView, now: Date, title = tt("road.title")): unknown {
  if (road === null) return nothing
  const { connectedSince, lastHeardAt, downSince } = road
  const down = downSince === null ? tt("line.unknown") : tt("road.down", { ago: lasting(downSince, now) })
  return html`<dt>${title}</dt>
    <dd>
      ${
        connectedSince === null
          ? html`<span class="t-danger strong">${down}</span>`
          : html`${tt("road.up", { time: at(connectedSince, now) })}${
              lastHeardAt === null
                ? nothing
                : html`<br /><span class="sub">${tt("road.heard", { ago: ago(lastHeardAt, now) })}</span>`
            }`
      }
    </dd>`
}

/** What is agreed of it, where anything is. */
export function lineTerms({ maxMbitPerSecond: n, opensAt }: PartnerView, now: Date): unknown {
  const words = [
    ...(n === null ? [] : [tt("line.limit", { n })]),
    ...(opensAt === null ? [] : [tt("line.opens", { time: shortTime(new Date(opensAt), now) })]),
  ]
  return words.length === 0 ? nothing : html`<p class="xs sub">${words.join(tt("line.and"))}</p>`
}

export function line(partner: PartnerView, tests: Tests, now: Date): TemplateResult {
  const { agreement, name } = partner
  return card(
    "line",
    `${tt("line.title")}\u3000${name}`,
    lineBadge(partner, now),
    html`${contactFacts(partner, now, roadHome(partner, now))} ${lineTerms(partner, now)}
      <div class="row wrap">
        <button
          class="btn btn-quiet s"
          ?disabled=${tests.running !== null}
          @click=${() => tests.reach(agreement)}
        >
          ${icon("refresh", "s")}${tt("line.test")}</button
        >${testWords(tests, `line/${agreement}`)}
      </div>`,
  )
}

export function archive({ archive: node }: TechnicianView, tests: Tests, now: Date): unknown {
  if (node === null) return nothing
  const { aeTitle, commitmentsWaiting: commitments, reportsWaiting: waiting, reportsFailed: failed } = node
  return card(
    "doc",
    tt("line.archive", { ae: aeTitle }),
    failed > 0 ? badge("danger", tt("queue.stopped")) : contactBadge(node, now),
    html`${contactFacts(node, now)}
      <p class="xs sub">${tt("line.archive-parts", { commitments, waiting, failed })}</p>
      <div class="row wrap">
        <button
          class="btn btn-quiet s"
          ?disabled=${tests.running !== null}
          @click=${() => tests.echo(aeTitle)}
        >
          ${icon("refresh", "s")}${tt("todo.echo")}</button
        >${testWords(tests, `echo/${aeTitle}`)}
      </div>`,
  )
}

const DISK_TONE = { ok: "ok", low: "warn", refusing: "danger", full: "danger" } as const

export function disk({ disk: store }: TechnicianView): TemplateResult {
  const { freeBytes, totalBytes, refuseBytes, reserveBytes, state } = store
  const used = totalBytes === 0 ? 0 : 1 - freeBytes / totalBytes
  const share = `${Math.round(used * 100)}%`
  const mark = `${Math.max(0, 100 - (refuseBytes / Math.max(totalBytes, 1)) * 100).toFixed(1)}%`
  const tone = { ok: "", warn: "is-warn", danger: "is-danger" }[DISK_TONE[state]]
  return card(
    "disk",
    tt("disk.title"),
    badge(DISK_TONE[state], tt(`disk.${state}`)),
    html`<p>
        <span class="big"
          >${tt("disk.free", { free: byteWords(freeBytes), total: byteWords(totalBytes) })}</span
        >
      </p>
      <svg class="bar2 bar2-m ${tone}" role="img" aria-label=${tt("disk.share", { n: share.slice(0, -1) })}>
        <rect class="b" width=${share} height="100%" />
        <rect class="mark" x=${mark} width="2" height="100%" />
      </svg>
      <p class="xs sub">
        ${tt("disk.share", { n: share.slice(0, -1) })}${"\u3000"}${tt("disk.marks", { refuse: byteWords(refuseBytes), reserve: byteWords(reserveBytes) })}
      </p>`,
  )
}

const partnersName = (use: string, partner: string): string =>
  tt(use === "object" ? "certificates.partner-object" : "certificates.partner-tls", { partner })

const WARN_DAYS = 90
const toneOf = (days: number): string =>
  days < 0 ? "t-danger strong" : days < WARN_DAYS ? "t-warn strong" : ""

/** The worst of what stands below it. */
function certificatesBadge({
  certificates: all,
  clock: time,
  timeStamp: stamps,
  lists: crls,
}: TechnicianView) {
  const soonest = Math.min(...all.map(({ daysLeft }) => daysLeft))
  if (soonest < 0) return badge("danger", tt("certificates.over"))
  if (time.failureCode !== null || stamps.failingSince !== null)
    return badge("danger", tt("certificates.look"))
  if (soonest < WARN_DAYS) return badge("warn", tt("certificates.soonest", { n: Math.floor(soonest) }))
  return crls.some(({ stale }) => stale)
    ? badge("warn", tt("certificates.look"))
    : badge("ok", tt("certificates.ok"))
}

export function certificates(view: TechnicianView, now: Date): TemplateResult {
  return card(
    "cert",
    tt("certificates.title"),
    certificatesBadge(view),
    html`<dl class="kv ${view.archive === null ? "" : "tech-two"}">
      ${view.certificates.map(
        ({ use, partner = null, notAfter, daysLeft }) =>
          html`<dt>
              ${partner === null ? (maybeTt(`certificates.${use}`) ?? use) : partnersName(use, partner)}
            </dt>
            <dd class=${toneOf(daysLeft)}>
              ${tt("certificates.days", { date: day(new Date(notAfter)), n: Math.floor(daysLeft) })}
            </dd>`,
      )}
      ${lists(view)}
      <dt>${tt("line.time-stamp")}</dt>
      <dd>${timeStamp(view.timeStamp, now)}</dd>
      ${directory(view.directory, now)}
      <dt>${tt("certificates.clock")}</dt>
      <dd>${clock(view.clock)}</dd>
      <dt>${tt("certificates.audit")}</dt>
      <dd>${tt("certificates.rows", { n: view.auditRows })}</dd>
      ${view.collectors.map((each) => collector(each, now))}
    </dl>`,
    // Beside the store stands the archive; without one these do.
    view.archive !== null,
  )
}

/** Those that are out of date by name; of the others how many there are, and until when the first of them holds. */
function lists({ lists: all }: TechnicianView): unknown {
  const stale = all.filter((each) => each.stale)
  const fresh = all.filter((each) => !each.stale)
  const [first] = fresh.map(({ nextUpdate }) => nextUpdate).sort()
  const date = (instant: string): string => day(new Date(instant))
  return html`<dt>${tt("certificates.list")}</dt>
    <dd>
      ${first === undefined ? nothing : tt("certificates.lists-until", { n: fresh.length, date: date(first) })}
      ${stale.map(
        ({ issuer, nextUpdate }) =>
          html`<span class="t-warn strong tech-issuer">
            ${tt("certificates.list-until", { issuer, date: date(nextUpdate) })}</span
          >`,
      )}
      ${all.length === 0 ? tt("line.none") : nothing}
    </dd>`
}

function clock({ check, reading, failureCode }: ClockView): unknown {
  if (check === "none") return tt("certificates.clock-none")
  if (reading === null) return html`<span class="t-danger strong">${tt("certificates.clock-unknown")}</span>`
  const { offsetMs, boundMs } = reading
  const s = (Math.abs(offsetMs) / 1_000).toFixed(1)
  return failureCode === null
    ? tt("certificates.clock-right", { ms: Math.abs(offsetMs).toFixed(1), bound: boundMs.toFixed(0) })
    : html`<span class="t-danger strong">${tt("certificates.clock-off", { s })}</span>`
}

/** Amber at most: nothing is lost, it gets everything once it is back. */
function collector({ name, waiting, failingSince }: CollectorView, now: Date): TemplateResult {
  const words = waiting === 0 ? tt("certificates.collected") : tt("certificates.uncollected", { n: waiting })
  return html`<dt>${tt("certificates.collector", { name })}</dt>
    <dd>
      ${words}${
        failingSince === null
          ? nothing
          : html`<br /><span class="t-warn strong"
                >${tt("line.down", { ago: lasting(failingSince, now) })}</span
              >`
      }
    </dd>`
}

/** Amber at most: people are found as they were read last. */
function directory(view: DirectoryView | null, now: Date): unknown {
  if (view === null) return nothing
  const { readAt, people: n, leftOut, failureCode } = view
  const words =
    readAt === null
      ? tt("directory.never")
      : html`${tt("directory.people", { n })}${tt("line.and")}${atAndAgo(readAt, now)}`
  return html`<dt>${tt("directory.title")}</dt>
    <dd>
      ${failureCode === null ? words : html`<span class="t-warn strong">${words}</span>`}
      ${leftOut === 0 ? nothing : html`<br /><span class="sub">${tt("directory.left-out", { n: leftOut })}</span>`}
    </dd>`
}

function timeStamp({ failingSince, lastSuccessAt }: ContactView, now: Date): TemplateResult {
  if (failingSince !== null)
    return html`<span class="t-danger strong">${tt("line.down", { ago: lasting(failingSince, now) })}</span>`
  return html`${lastSuccessAt === null ? tt("line.unknown") : atAndAgo(lastSuccessAt, now)}`
}
