/** The reading desk: HTTP of the reading centre for radiologists (docs/desk-api.md). */
import { DeskError } from "../../journey/errors.ts"
import type { SigningService } from "../../journey/ports/keys.ts"
import type { LinesDesk } from "../../journey/ports/machine-desk.ts"
import type { ReadingDesk } from "../../journey/ports/reading-desk.ts"
import { mountDicomweb } from "./dicomweb.ts"
import {
  amendBody,
  cardSignatureBody,
  draftBody,
  patientBody,
  prepareBody,
  releaseBody,
  serviceReturnBody,
  signApprovedBody,
  signBody,
} from "./input.ts"
import { openDesk } from "./open-desk.ts"
import type { DeskOptions, OpenDesk } from "./options.ts"
import type { Routes } from "./routes.ts"
import { Signing } from "./signing.ts"

/** Listens for radiologists; every other role is refused. Errors as `openDesk`. */
export function listenReadingDesk(
  options: DeskOptions,
  desk: ReadingDesk,
  lines: LinesDesk,
): Promise<OpenDesk> {
  return openDesk(options, {
    desk: "reading",
    role: "radiologist",
    mount: (routes, passkeys) => {
      const signing = new Signing(desk, passkeys, options)
      mountCases(routes, desk, signing, options)
      mountSigning(routes, signing, desk)
      mountDicomweb(routes, desk)
      routes.json("get", "/api/lines", null, ({ person }) => lines.view(person))
      if (options.signingService !== undefined) mountSigningService(routes, options.signingService)
    },
  })
}

function mountCases(routes: Routes, desk: ReadingDesk, signing: Signing, { clock }: DeskOptions): void {
  routes.json("get", "/api/worklist", null, async ({ person }) => {
    const items = await desk.worklist(person)
    return { items, serverTime: clock.now().toISOString() }
  })
  routes.json("get", "/api/cases/:requestId", null, ({ person, param }) =>
    signing.shown(person, param("requestId")),
  )
  routes.octets("/api/cases/:requestId/papers/:index", async ({ person, param }) => ({
    ...(await desk.paper(person, param("requestId"), indexOf(param("index")))),
    fileName: null,
    disposition: "inline",
  }))
  routes.json("post", "/api/cases/:requestId/start", null, ({ person, param }) =>
    desk.start(person, param("requestId")),
  )
  routes.json("put", "/api/cases/:requestId/draft", draftBody, ({ person, param, body }) =>
    desk.saveDraft(person, param("requestId"), body.draft, body.expectedVersion),
  )
  routes.json("post", "/api/cases/:requestId/amend", amendBody, ({ person, param, body }) =>
    desk.amend(person, param("requestId"), body),
  )
  routes.json("post", "/api/cases/:requestId/retry", null, async ({ person, param }) => {
    await desk.retry(person, param("requestId"))
    return {}
  })
  routes.json("post", "/api/cases/:requestId/patient", patientBody, async ({ person, param, body }) => {
    await desk.rulePatient(person, param("requestId"), body.what)
    return {}
  })
  routes.json("post", "/api/cases/:requestId/close", null, async ({ person, param }) => {
    await desk.close(person, param("requestId"))
    return {}
  })
}

/** Indexes count from 0. */
function indexOf(index: string): number {
  if (!/^(0|[1-9]\d?)$/.test(index)) throw new DeskError("ERR_NOT_FOUND", "no such index")
  return Number(index)
}

/** The reader's own browser goes there and comes back: to the page, which brings here what it was given. */
function mountSigningService(routes: Routes, service: SigningService): void {
  routes.json("post", "/api/signing-service", null, ({ person }) => service.begin(person))
  routes.json("post", "/api/signing-service/return", serviceReturnBody, async ({ person, body }) => {
    await service.finish(person, body)
    return {}
  })
}

function mountSigning(routes: Routes, signing: Signing, desk: ReadingDesk): void {
  routes.json("post", "/api/cases/:requestId/prepare", prepareBody, ({ person, param, body }) =>
    signing.prepare(person, param("requestId"), body.expectedVersion),
  )
  routes.json("post", "/api/cases/:requestId/prepare-preliminary", prepareBody, ({ person, param, body }) =>
    signing.preparePreliminary(person, param("requestId"), body.expectedVersion),
  )
  routes.json("post", "/api/prepared/:prepareId/release", releaseBody, ({ request, person, param, body }) =>
    signing.release({ request, person }, param("prepareId"), body.response),
  )
  routes.octets("/api/prepared/:prepareId/pdf", async ({ person, param }) => ({
    mediaType: "application/pdf",
    bytes: await desk.preparedPdf(person, param("prepareId")),
    fileName: "report.pdf",
    disposition: "inline",
  }))
  routes.octets("/api/prepared/:prepareId/sheet", async ({ person, param }) => ({
    mediaType: "image/png",
    bytes: await desk.preparedSheet(person, param("prepareId")),
    fileName: null,
    disposition: "inline",
  }))
  routes.json("post", "/api/cases/:requestId/sign", signApprovedBody, ({ request, person, param, body }) =>
    signing.signApproved({ request, person }, param("requestId"), body.pin),
  )
  routes.json("post", "/api/cases/:requestId/take-back", null, ({ person, param }) =>
    desk.takeBack(person, param("requestId")),
  )
  routes.json("post", "/api/prepared/:prepareId/sign", signBody, ({ request, person, param, body }) =>
    signing.sign({ request, person }, param("prepareId"), body.response, body.pin),
  )
  routes.json("post", "/api/card/:questionId", cardSignatureBody, ({ person, param, body }) =>
    signing.cardSigned(person, param("questionId"), body.signature),
  )
}
