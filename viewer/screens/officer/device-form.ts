/** What an officer says of a device before there is a code for it: its name, whose it is, and whether its display was checked. */
import { html, type TemplateResult } from "lit"
import type { AccountView } from "../../../gateway/journey/views/account.ts"
import { selectField, textField } from "../../parts/field.ts"
import { icon } from "../../parts/icon.ts"
import { pt } from "../../text/people.ts"

/** As it stands in the fields; "" = nothing was said. */
export interface WrittenDevice {
  readonly label: string
  readonly owner: string
  /** YYYY-MM-DD. */
  readonly qualifiedUntil: string
}

export const blankDevice: WrittenDevice = { label: "", owner: "", qualifiedUntil: "" }

export interface DeviceForm {
  readonly accounts: readonly AccountView[]
  /** Sent without a name. */
  readonly missing: boolean
  readonly busy: boolean
  readonly refusal: unknown
  readonly change: (change: Partial<WrittenDevice>) => void
  readonly act: () => void
  readonly leave: () => void
}

export function deviceForm({
  accounts,
  missing,
  busy,
  refusal,
  change,
  act,
  leave,
}: DeviceForm): TemplateResult {
  const owners = accounts.map(({ login, name }) => ({ value: login, label: name }))
  return html`<section class="panel card acc stack stack-4" data-ask="new-device">
    <h2>${icon("device")}<span>${pt("device.new")}</span></h2>
    ${textField({
      name: "device-label",
      label: pt("device.label"),
      initial: "",
      required: true,
      error: missing,
      hint: pt("device.label-hint"),
      input: (label) => change({ label }),
    })}
    ${selectField(
      {
        name: "device-owner",
        label: pt("device.owner"),
        initial: "",
        hint: pt("device.owner-hint"),
        input: (owner) => change({ owner }),
      },
      [{ value: "", label: pt("device.shared") }, ...owners],
    )}
    ${textField(
      {
        name: "device-display",
        label: pt("device.display"),
        initial: "",
        hint: pt("device.display-hint"),
        input: (qualifiedUntil) => change({ qualifiedUntil }),
      },
      "date",
    )}
    ${refusal}
    <div class="row wrap">
      <button class="btn btn-primary" ?disabled=${busy} @click=${act}>
        ${pt(busy ? "confirm.waiting" : "device.make-code")}
      </button>
      <button class="btn" ?disabled=${busy} @click=${leave}>${pt("leave")}</button>
    </div>
  </section>`
}
