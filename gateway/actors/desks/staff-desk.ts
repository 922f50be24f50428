/** The staff desk: HTTP of the hospital's gateway for its clerks and systems (docs/desk-api.md). */
import type { DirectoryDesk } from "../../journey/ports/directory.ts"
import type { TechnicianDesk } from "../../journey/ports/machine-desk.ts"
import type { StaffDesk, StudyDesk } from "../../journey/ports/staff-desk.ts"
import { DeskError } from "../../journey/errors.ts"
import {
  acknowledgeBody,
  bindBody,
  choiceBody,
  consentBody,
  directoryBody,
  identifyBody,
  recallBody,
  requestInput,
  rulingBody,
} from "./input.ts"
import { openDesk } from "./open-desk.ts"
import type { DeskOptions, OpenDesk } from "./options.ts"
import type { Call, Octets, Routes } from "./routes.ts"
import { mountTechnician } from "./technician.ts"

/** How each document of a report is handed to a browser: only the PDF is for looking at. */
const DOCUMENTS = {
  pdf: { mediaType: "application/pdf", fileName: "report.pdf", disposition: "inline" },
  cda: { mediaType: "application/xml", fileName: "report-cda.xml", disposition: "attachment" },
  signature: { mediaType: "application/xml", fileName: "report-signature.xml", disposition: "attachment" },
} as const

/** Listens for the hospital's clerks, and for machines with a token on the list of requests. Errors as `openDesk`. */
export function listenStaffDesk(
  options: DeskOptions,
  desk: StaffDesk,
  technician: TechnicianDesk,
): Promise<OpenDesk> {
  return openDesk(options, {
    desk: "staff",
    role: "clerk",
    mount: (routes) => {
      mountRequests(routes, desk, options)
      mountStudies(routes, desk)
      mountReports(routes, desk)
      mountTechnician(routes, technician, options)
      if (options.directory !== undefined) mountDirectory(routes, options.directory)
    },
  })
}

function mountRequests(routes: Routes, desk: StaffDesk, { clock }: DeskOptions): void {
  routes.jsonAlsoForMachines("get", "/api/requests", "list-own", null, async ({ person }) => {
    const items = await desk.requests(person)
    return { items, serverTime: clock.now().toISOString() }
  })
  routes.jsonAlsoForMachines("post", "/api/requests", "enter", requestInput, ({ person, body }) =>
    desk.enter(person, body),
  )
  routes.json("get", "/api/certificates", null, async ({ person }) => ({
    items: await desk.certificates(person),
  }))
  routes.json("get", "/api/requests/:requestId", null, ({ person, param }) =>
    desk.request(person, param("requestId")),
  )
  routes.json("post", "/api/requests/:requestId/consent", consentBody, async ({ person, param, body }) => {
    await desk.consent(person, param("requestId"), body.policy)
    return {}
  })
  routes.json("post", "/api/requests/:requestId/patient", identifyBody, async ({ person, param, body }) => {
    await desk.identify(person, param("requestId"), body.PatientID)
    return {}
  })
  routes.json("post", "/api/requests/:requestId/release", null, async ({ person, param }) => {
    await desk.release(person, param("requestId"))
    return {}
  })
  routes.json("post", "/api/requests/:requestId/retry", null, async ({ person, param }) => {
    await desk.retry(person, param("requestId"))
    return {}
  })
  routes.json(
    "post",
    "/api/requests/:requestId/acknowledge",
    acknowledgeBody,
    async ({ person, param, body }) => {
      await desk.acknowledge(person, param("requestId"), body.reportIds)
      return {}
    },
  )
  routes.octets("/api/requests/:requestId/preliminary/:version/pdf", async ({ person, param }) => ({
    mediaType: "application/pdf",
    bytes: await desk.preliminaryPdf(person, param("requestId"), versionOf(param("version"))),
    fileName: "preliminary-report.pdf",
    disposition: "inline",
  }))
  routes.octets("/api/requests/:requestId/evidence", async ({ person, param }) => ({
    ...(await desk.evidence(person, param("requestId"))),
    mediaType: "application/zip",
    disposition: "attachment",
  }))
  routes.json("post", "/api/requests/:requestId/close", null, async ({ person, param }) => {
    await desk.close(person, param("requestId"))
    return {}
  })
}

/** Versions count from 1. */
function versionOf(version: string): number {
  if (!/^[1-9]\d{0,5}$/.test(version)) throw new DeskError("ERR_NOT_FOUND", "no such version")
  return Number(version)
}

/** POST, for whoever logs addresses shall not log whom people look for. */
function mountDirectory(routes: Routes, desk: DirectoryDesk): void {
  routes.json("post", "/api/directory", directoryBody, ({ person, body }) => desk.find(person, body.typed))
}

/** What a person decides about images. */
function mountStudies(routes: Routes, desk: StudyDesk): void {
  routes.json("get", "/api/studies/:studyId", null, ({ person, param }) =>
    desk.study(person, param("studyId")),
  )
  routes.json("post", "/api/studies/:studyId/rule", rulingBody, async ({ person, param, body }) => {
    await desk.rule(person, param("studyId"), body)
    return {}
  })
  routes.json("post", "/api/studies/:studyId/choose", choiceBody, async ({ person, param, body }) => {
    await desk.choose(person, param("studyId"), body)
    return {}
  })
  routes.octets("/api/studies/:studyId/copies/:objectId/picture", async ({ person, param }) => ({
    mediaType: "image/png",
    bytes: await desk.copyPicture(person, param("studyId"), param("objectId")),
    fileName: null,
    disposition: "inline",
  }))
  routes.json("post", "/api/requests/:requestId/recall", recallBody, async ({ person, param, body }) => {
    await desk.recall(person, param("requestId"), body.reason)
    return {}
  })
  routes.json("post", "/api/requests/:requestId/bind", bindBody, async ({ person, param, body }) => {
    await desk.bind(person, param("requestId"), body.studyId)
    return {}
  })
}

function mountReports(routes: Routes, desk: StaffDesk): void {
  for (const kind of ["pdf", "cda", "signature"] as const)
    routes.octets(`/api/reports/:reportId/${kind}`, async ({ person, param }) => ({
      ...DOCUMENTS[kind],
      bytes: await desk.document(person, param("reportId"), kind),
    }))
  routes.octets("/api/reports/:reportId/key-images/:index", (call) => keyImage(desk, call))
  routes.octets("/api/reports/:reportId/attachments/:index", (call) => attachment(desk, call))
  routes.json("get", "/api/reports/:reportId/verification", null, ({ person, param }) =>
    desk.verification(person, param("reportId")),
  )
}

/** Indexes count from 0. */
function indexOf({ param }: Call<null>): number {
  const index = param("index")
  if (!/^(0|[1-9]\d?)$/.test(index)) throw new DeskError("ERR_NOT_FOUND", "no such index")
  return Number(index)
}

async function keyImage(desk: StaffDesk, call: Call<null>): Promise<Octets> {
  const bytes = await desk.keyImage(call.person, call.param("reportId"), indexOf(call))
  return { mediaType: "image/png", bytes, fileName: null, disposition: "inline" }
}

/** Nobody here has made or signed it: no browser shows it by itself. */
async function attachment(desk: StaffDesk, call: Call<null>): Promise<Octets> {
  const bytes = await desk.attachment(call.person, call.param("reportId"), indexOf(call))
  return { mediaType: "application/octet-stream", bytes, fileName: "attachment", disposition: "attachment" }
}
