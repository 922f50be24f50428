/** 読影依頼票: the request entity as the document that travels, and back. */
import { NO_TEXTS, type ReadingRequest } from "../../standards/request/request-content.ts"
import type { Agreement } from "../agreement.ts"
import type { RequestRecord } from "../records/request.ts"
import type { StudyRecord } from "../records/study.ts"
import { patientOf } from "../subject.ts"
import type { RequestText } from "../views/request.ts"
import type { World } from "../world.ts"

export function requestDocument(
  world: World,
  request: RequestRecord,
  study: StudyRecord,
  agreement: Agreement,
  documentId: string,
): ReadingRequest {
  const { text, requestNumber } = request.private
  const { patient: onImages, otherPatientIDs = [] } = study.private
  const { PatientID, alphabetic, ideographic, phonetic, birthDate, sex } = patientOf(request, study.private)
  return {
    documentId,
    requestId: request.id,
    version: request.version,
    status: "active",
    amendment: null,
    requestNumber,
    requestedAt: request.requestedAt,
    institution: { name: world.site.name, oid: world.site.oid },
    department: text.department,
    physician: { id: text.physicianId ?? "", name: text.physician },
    telephone: text.telephone,
    reportTo: text.reportTo ?? "",
    readingCenter: { name: agreement.partner.name, oid: agreement.partner.oid },
    namedReader: text.namedReader ?? "",
    setting: text.setting,
    urgency: {
      code: request.urgency,
      dueAt: request.dueAt,
      telephoneOnResult: request.telephoneOnResult,
      history: request.urgencyHistory,
    },
    patient: {
      PatientID,
      idRoot: agreement.patientIdDomain,
      alphabetic,
      ideographic,
      phonetic,
      birthDate,
      sex,
      onImages: [...new Set([onImages.PatientID, ...otherPatientIDs])].filter((each) => each !== PatientID),
    },
    texts: {
      ...NO_TEXTS,
      purpose: text.purpose,
      diagnosis: text.diagnosis,
      history: text.history,
      contrastAgent: text.contrast,
      region: study.private.bodyPart,
    },
    parts: 1,
    studies: [
      {
        role: "target",
        StudyInstanceUID: study.private.StudyInstanceUID,
        AccessionNumber: study.private.AccessionNumber,
        description: study.private.StudyDescription,
        missing: study.completeness?.missing ?? 0,
      },
    ],
    attachments: [],
  }
}

/** What the reading screen shows of it. */
export function requestTextOf(asked: ReadingRequest): RequestText {
  return {
    purpose: asked.texts.purpose,
    diagnosis: asked.texts.diagnosis,
    history: asked.texts.history,
    department: asked.department,
    physician: asked.physician.name,
    ...(asked.physician.id === "" ? {} : { physicianId: asked.physician.id }),
    ...(asked.namedReader === "" ? {} : { namedReader: asked.namedReader }),
    ...(asked.reportTo === "" ? {} : { reportTo: asked.reportTo }),
    setting: asked.setting,
    contrast: asked.texts.contrastAgent,
    telephone: asked.telephone,
  }
}
