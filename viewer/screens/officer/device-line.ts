/** One device in the officer's list: whose it is, how it stands, and what can be taken away. */
import { html, nothing, type TemplateResult } from "lit"
import type { DeviceView } from "../../../gateway/journey/views/device.ts"
import { pt } from "../../text/people.ts"
import { day, dayTime } from "../../words/instant.ts"
import { badge } from "../technician/cards.ts"

const at = (instant: string): string => dayTime(new Date(instant))

/** @param asking the question that `lose` has opened; nothing while it is shut */
export function deviceLine(
  device: DeviceView,
  now: Date,
  lose: () => void,
  asking: unknown = nothing,
): TemplateResult {
  const { id, label, owner, registeredAt, revoked } = device
  return html`<li data-device=${id}>
    <div class="row row-3 wrap acc-line">
      <span class="grow stack">
        <span class="row row-3 wrap"
          >${label}<small class="sub s">${owner?.name ?? pt("device.shared")}</small></span
        >
        <small class="sub">${revoked === null ? displayWords(device, now) : nothing}</small>
        <small class="sub">${historyWords(device)}</small>
      </span>
      ${standing(device, now)}
      ${
        revoked === null
          ? html`<button class="btn" @click=${lose}>
              ${pt(registeredAt === null ? "device.take-back" : "lost.open")}
            </button>`
          : nothing
      }
    </div>
    ${asking}
  </li>`
}

function standing({ revoked, registeredAt, codeUntil }: DeviceView, now: Date): TemplateResult {
  if (revoked !== null) return badge("danger", pt("device.taken"))
  if (registeredAt !== null) return badge("ok", pt("device.registered"))
  const isOver = codeUntil === null || new Date(codeUntil) <= now
  return isOver ? badge("plain", pt("device.code-over")) : badge("warn", pt("device.waits"))
}

function historyWords({ revoked, registeredAt, usedAt, madeAt, madeBy }: DeviceView): string {
  if (revoked !== null) return pt("state.revoked-by", { ...revoked, at: at(revoked.at) })
  if (registeredAt === null) return pt("device.made", { at: at(madeAt), by: madeBy })
  const used = usedAt === null ? pt("passkey.unused") : pt("passkey.used", { at: at(usedAt) })
  return `${pt("passkey.added", { at: at(registeredAt) })} · ${used}`
}

function displayWords({ qualifiedUntil }: DeviceView, now: Date): string {
  if (qualifiedUntil === null) return pt("device.display-none")
  const isOver = qualifiedUntil < day(now)
  return pt(isOver ? "device.display-over" : "device.display-until", { day: qualifiedUntil })
}
