/**
 * Copies: one SOP Instance UID came with different bytes. All are kept; which one counts, or that none does, is a person's
 * choice. Until it is made nothing of the study is released, and a manifest never names a UID twice.
 */
import type { DataSet } from "../../standards/dicom/data-set.ts"
import { decidedAudit } from "../audit.ts"
import { bindStudy } from "./bind.ts"
import { found } from "../desk-guards.ts"
import { ReportError } from "../errors.ts"
import { header, imageHeader } from "../read/images.ts"
import type { Person } from "../ports/person.ts"
import type { InstanceRecord } from "../records/instance.ts"
import type { Change } from "../records/ledger.ts"
import type { StudyRecord } from "../records/study.ts"
import { due } from "../run.ts"
import { openConflicts, selected } from "./selection.ts"
import type { CopyChoice, CopyView, StudyQuestion } from "../views/staff.ts"
import type { World } from "../world.ts"

/** What tells a person most often why two copies differ. */
const COMPARED = [
  "PatientID",
  "PatientName",
  "PatientBirthDate",
  "PatientSex",
  "AccessionNumber",
  "StudyDescription",
  "SeriesDescription",
  "BodyPartExamined",
  "Laterality",
  "ImageLaterality",
  "PatientPosition",
  "PatientOrientation",
  "InstanceNumber",
  "AcquisitionDate",
  "AcquisitionTime",
  "ContentTime",
  "WindowCenter",
  "Rows",
  "Columns",
  "LossyImageCompression",
] as const

/**
 * Keeps the choice with the study, and lets what waited for it go on. Called under the locks of the study and BINDING.
 *
 * @throws ReportError ERR_REPORT_STATE when one of the images has no open conflict; DeskError ERR_NOT_FOUND for a copy that
 *   is none
 */
export async function choose(
  world: World,
  person: Person,
  study: StudyRecord,
  { choices, reason }: CopyChoice,
): Promise<Change[]> {
  const instances = await world.ledger.instances(study.id)
  const open = openConflicts(study, instances)
  const hidden = choices.flatMap((each) => notChosen(open, each))
  const at = world.clock.now().toISOString()
  const chosen: StudyRecord = {
    ...study,
    private: {
      ...study.private,
      hidden: [...(study.private.hidden ?? []), ...hidden],
      decisions: [
        ...(study.private.decisions ?? []),
        { at, by: person.name, what: "copies-chosen" as const, reason },
      ],
    },
  }
  const settled = {
    ...chosen,
    conflicts: openConflicts(chosen, instances).length,
    counting: selected(chosen, instances).length,
  }
  return [
    ...(await goingOn(world, settled)),
    ...(await waiting(world, study)),
    chosenAudit(study, person, at, choices),
  ]
}

/** A study that is complete leaves for those that asked for it; of one that has left the difference is looked for. */
const goingOn = (world: World, study: StudyRecord): Promise<Change[]> =>
  study.state === "complete"
    ? bindStudy(world, study)
    : Promise.resolve([{ put: "study", record: study }, due("assemble", study.id, world.clock.now())])

/** Submissions that were planned before the second copy came, and could not be made. */
async function waiting(world: World, { id }: StudyRecord): Promise<Change[]> {
  const submissions = await world.ledger.submissionsOf({ studyId: id })
  const jobs = await Promise.all(submissions.map((each) => world.ledger.jobsOf(each.id)))
  return jobs
    .flat()
    .filter(({ verb, failureCode }) => verb === "package" && failureCode === "ERR_INSTANCE_COPIES")
    .map(({ verb, subject }) => due(verb, subject, world.clock.now()))
}

function notChosen(
  open: readonly (readonly InstanceRecord[])[],
  { SOPInstanceUID, objectId }: CopyChoice["choices"][number],
): string[] {
  const copies = open.find(([first]) => first?.private.SOPInstanceUID === SOPInstanceUID)
  if (copies === undefined) throw new ReportError("ERR_REPORT_STATE", "about this image nobody has to choose")
  const ids = copies.map(({ place }) => place.objectId)
  if (objectId !== null) found(ids.includes(objectId) || null, "copy of this image")
  return ids.filter((each) => each !== objectId)
}

/** SOP Instance UIDs and which object of each counts: enough to tell afterwards what was sent. */
function chosenAudit(study: StudyRecord, person: Person, at: string, choices: CopyChoice["choices"]): Change {
  return decidedAudit(study, person, {
    what: "chosen",
    at,
    instances: choices.length,
    description: `a person chose between copies: ${choices.filter(({ objectId }) => objectId !== null).length} images with the copy chosen, ${choices.filter(({ objectId }) => objectId === null).length} stay home`,
  })
}

/** The open conflicts with what a person can tell the copies apart by. */
export async function conflictViews(world: World, study: StudyRecord): Promise<StudyQuestion["conflicts"]> {
  const views: StudyQuestion["conflicts"][number][] = []
  for (const copies of openConflicts(study, await world.ledger.instances(study.id))) {
    const files = await Promise.all(
      copies.map(async (copy) => ({ copy, file: await header(world, copy.place) })),
    )
    const differs = COMPARED.filter((keyword) =>
      isDifferent(
        files.map(({ file }) => file.dataSet),
        keyword,
      ),
    )
    views.push({
      SOPInstanceUID: copies[0]?.private.SOPInstanceUID ?? "",
      copies: files.map(({ copy, file }): CopyView => {
        const { SeriesNumber, SeriesDescription, InstanceNumber } = imageHeader(file)
        return {
          objectId: copy.place.objectId,
          receivedAt: copy.receivedAt,
          lengthBytes: copy.clearLengthBytes,
          SeriesNumber,
          SeriesDescription,
          InstanceNumber,
          differs,
          picture: file.dataSet.has("Rows"),
        }
      }),
    })
  }
  return views
}

const isDifferent = (dataSets: readonly DataSet[], keyword: string): boolean =>
  new Set(dataSets.map((each) => JSON.stringify(valuesOf(each, keyword)))).size > 1

const valuesOf = (dataSet: DataSet, keyword: string): readonly string[] =>
  keyword === "Rows" || keyword === "Columns"
    ? [String(dataSet.number(keyword) ?? "")]
    : dataSet.texts(keyword)
