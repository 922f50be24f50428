/** Devices one under the other, and below them whom we did not let in. */
import { html, nothing, type TemplateResult } from "lit"
import type { DeviceView, TechnicianView, TurnedAwayView } from "../../../gateway/journey/views/technician.ts"
import { icon } from "../../parts/icon.ts"
import { maybeTt, tt } from "../../text/technician.ts"
import { at, atAndAgo } from "./times.ts"
import { testWords, type Tests } from "./to-do.ts"

/** The last thing that happened to it is that we did not take an image. */
const isRefused = ({ lastRefusal, lastImageAt }: DeviceView): boolean =>
  lastRefusal !== null && (lastImageAt === null || lastImageAt < lastRefusal.at)

const hex = (status: number): string => `${status.toString(16).toUpperCase().padStart(4, "0")}H`

function state(device: DeviceView, now: Date): TemplateResult {
  const { lastRefusal, lastImageAt, open } = device
  if (lastRefusal !== null && isRefused(device))
    return html`<span class="badge badge-danger"
        >${icon("x")}${tt("devices.refused", { time: at(lastRefusal.at, now) })}</span
      ><br /><span class="xs dim">${hex(lastRefusal.status)} ${lastRefusal.comment}</span>`
  if (open > 0)
    return html`<span class="badge badge-info"
      >${icon("images")}${tt("devices.receiving", { n: open })}</span
    >`
  return lastImageAt === null
    ? html`<span class="badge badge-plain">${tt("devices.silent")}</span>`
    : html`<span class="badge badge-ok">${icon("check")}${tt("devices.normal")}</span>`
}

function contact(device: DeviceView, tests: Tests, now: Date): TemplateResult {
  const { aeTitle, callable, files, lastEchoAt } = device
  if (files) return html`<span class="xs dim">${tt("devices.files")}</span>`
  const from =
    lastEchoAt === null ? tt("devices.echo-never") : tt("devices.echo-from", { time: at(lastEchoAt, now) })
  const button = html`<button
      class="btn btn-quiet s"
      ?disabled=${tests.running !== null}
      @click=${() => tests.echo(aeTitle)}
    >
      ${icon("refresh", "s")}${tt("todo.echo")}</button
    >${testWords(tests, `echo/${aeTitle}`)}`
  return html`<div class="row wrap tech-echo">
    <span class="xs dim">${from}</span>${
      callable ? button : html`<span class="xs dim">${tt("devices.not-callable")}</span>`
    }
  </div>`
}

function row(device: DeviceView, tests: Tests, now: Date): TemplateResult {
  return html`<tr data-device=${device.aeTitle}>
    <td>
      <span class="row"
        ><b>${device.aeTitle}</b>${
          device.stat ? html`<span class="badge badge-high">${tt("devices.stat")}</span>` : nothing
        }</span
      >
    </td>
    <td class="tech-when">${tt("devices.images", { n: device.today.toLocaleString("en-US") })}</td>
    <td class="tech-when">${device.lastImageAt === null ? "—" : atAndAgo(device.lastImageAt, now)}</td>
    <td>${state(device, now)}</td>
    <td>${contact(device, tests, now)}</td>
  </tr>`
}

export function devices(view: TechnicianView, tests: Tests, now: Date): TemplateResult {
  const refused = view.devices.filter(isRefused).length
  return html`<section class="panel card wide">
    <h2>
      ${icon("device")}${tt("devices.title")}${
        refused > 0
          ? html`<span class="badge badge-danger">${icon("x")}${tt("devices.look", { n: refused })}</span>`
          : html`<span class="badge badge-ok">${icon("check")}${tt("devices.ok")}</span>`
      }
    </h2>
    ${
      view.devices.length === 0
        ? html`<p class="sub">${tt("devices.none")}</p>`
        : html`<div class="tech-scroll">
            <table class="table">
              <thead>
                <tr>
                  <th>${tt("devices.device")}</th>
                  <th>${tt("devices.today")}</th>
                  <th>${tt("devices.last")}</th>
                  <th>${tt("devices.state")}</th>
                  <th>${tt("devices.contact")}</th>
                </tr>
              </thead>
              <tbody>
                ${view.devices.map((device) => row(device, tests, now))}
              </tbody>
            </table>
          </div>`
    }
  </section>`
}

/** Settings of the device that would let it in. */
function atDevice({ why }: TurnedAwayView, { door }: TechnicianView): string {
  if (why === "called-ae" || why === "tls-on-plain-port" || why === "plain-on-tls-port")
    return why !== "called-ae" && door.securePort !== null
      ? tt("strangers.at-device-tls", { ae: door.aeTitle, port: door.securePort })
      : tt("strangers.at-device", { ae: door.aeTitle, port: door.port })
  return tt("strangers.ask")
}

function stranger(each: TurnedAwayView, view: TechnicianView, now: Date): TemplateResult {
  const { callingAE, calledAE, remoteAddress, why, line } = each
  return html`<tr data-why=${why}>
    <td>
      <b>${callingAE || "—"}</b><br /><span class="xs dim">${remoteAddress.replace(/^::ffff:/i, "")}</span>
    </td>
    <td>${maybeTt(`why.${why}`, { called: calledAE }) ?? why}</td>
    <td class="tech-when">
      ${tt("strangers.times", { n: each.count })}<br /><span class="xs dim"
        >${atAndAgo(each.lastAt, now)}</span
      >
    </td>
    <td>
      ${
        line === null
          ? atDevice(each, view)
          : html`<span class="xs dim">${tt("strangers.in-config")}</span><br /><code class="tech-line"
                >${line}</code
              >`
      }
    </td>
  </tr>`
}

export function strangers(view: TechnicianView, now: Date): unknown {
  if (view.turnedAway.length === 0) return nothing
  return html`<section class="panel card wide">
    <h2>
      ${icon("lock")}${tt("strangers.title")}<span class="badge badge-warn">${view.turnedAway.length}</span>
    </h2>
    <div class="tech-scroll">
      <table class="table">
        <thead>
          <tr>
            <th>${tt("strangers.who")}</th>
            <th>${tt("strangers.why")}</th>
            <th>${tt("strangers.count")}</th>
            <th>${tt("strangers.do")}</th>
          </tr>
        </thead>
        <tbody>
          ${view.turnedAway.map((each) => stranger(each, view, now))}
        </tbody>
      </table>
    </div>
  </section>`
}
