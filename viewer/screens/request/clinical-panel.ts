/** What the radiologist must know, who asks, and where the report goes. */
import { html, type TemplateResult } from "lit"
import type { PeopleFound, RequestText } from "../../../gateway/journey/views/request.ts"
import type { DirectoryPerson } from "../../../gateway/standards/pwp/directory-person.ts"
import { segments, selectField, textArea, textField, type Field } from "../../parts/field.ts"
import "../../parts/person-field.ts"
import { t } from "../../text/language.ts"
import type { Agreed } from "./agreed.ts"
import type { RequestDraft } from "./draft.ts"

const SETTINGS = ["outpatient", "inpatient", "emergency", "screening"] as const
/** Of a name or a place (DICOM LO). */
const LONGEST = 64

/** Searches the hospital's directory; null where it has none. */
export type Find = ((typed: string) => Promise<PeopleFound>) | null

const personField = (
  field: Field,
  find: NonNullable<Find>,
  choose: (person: DirectoryPerson) => void,
): TemplateResult => html`<person-field .field=${field} .find=${find} .choose=${choose}></person-field>`

function choosePhysician(draft: RequestDraft, { id, name, department, telephone }: DirectoryPerson): void {
  const { request } = draft.input
  draft.fillText({
    ...(request.department === "" && department !== "" ? { department } : {}),
    ...(request.telephone === "" && telephone !== "" ? { telephone } : {}),
  })
  draft.changeText({ physician: name, physicianId: id })
}

/** Chosen from the directory, they bring what it knows of them; written otherwise afterwards, they are a name alone. */
function physician(draft: RequestDraft, find: Find): TemplateResult {
  const field: Field = {
    ...draft.text("physician"),
    input: (value) => draft.changeText({ physician: value, physicianId: "" }),
  }
  if (find === null) return textField(field)
  const { physicianId = "" } = draft.input.request
  const hint =
    physicianId === ""
      ? {}
      : { hint: html`<span class="t-ok">${t("pick.chosen", { id: physicianId })}</span>` }
  return personField({ ...field, ...hint }, find, (person) => choosePhysician(draft, person))
}

/** One of those the agreement names; where it names nobody, a name. */
function namedReader(draft: RequestDraft, agreed: Agreed | undefined): TemplateResult {
  const readers = agreed?.readers ?? []
  const field = draft.text("namedReader")
  if (readers.length === 0) return textField(field)
  return selectField(field, [
    { value: "", label: t("form.anybody") },
    ...readers.map((name) => ({ value: name, label: name })),
  ])
}

function reportTo(draft: RequestDraft, find: Find): TemplateResult {
  const field = { ...draft.text("reportTo"), hint: t("form.report-to-hint") }
  if (find === null) return textField(field)
  return personField(field, find, ({ name, department }) => {
    const both = [department, name].filter(Boolean).join(t("list.space"))
    draft.fillText({ reportTo: both.length > LONGEST ? name : both })
  })
}

export function clinicalPanel(draft: RequestDraft, agreed: Agreed | undefined, find: Find): TemplateResult {
  return html`<section class="panel">
    <h2>${t("form.clinical")}</h2>
    <div class="stack stack-3">
      ${segments(
        t("request.setting"),
        draft.input.request.setting,
        SETTINGS.map((value) => ({ value, label: t(`setting.${value}`) })),
        (value) => draft.changeText({ setting: value as RequestText["setting"] }),
      )}
      <div class="f-3">
        ${physician(draft, find)} ${textField(draft.text("department"))}
        ${textField(draft.text("telephone"), "tel")}
      </div>
      <div class="f-2">${namedReader(draft, agreed)} ${reportTo(draft, find)}</div>
      <div class="f-2">${textField(draft.text("diagnosis"))} ${textField(draft.text("contrast"))}</div>
      ${textArea(draft.text("purpose"), 3)} ${textArea(draft.text("history"), 2)}
    </div>
  </section>`
}
