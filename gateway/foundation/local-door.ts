/** The door for commands on this machine: what of it leads to media, evidence and self-tests, and who is told. */
import { EVIDENCE_PATH, evidenceRoute } from "../actors/local-door/evidence-route.ts"
import { MediaRoutes } from "../actors/local-door/media-routes.ts"
import { SELF_TESTS_PATH, selfTestRoute } from "../actors/local-door/self-test-route.ts"
import { listenLocal } from "../actors/local-door/listen.ts"
import { MEDIUM_PATH, mediumDoor } from "../actors/document-recipient/medium-door.ts"
import type { Enter } from "../actors/http-door/open.ts"
import type { Config } from "../config/schema.ts"
import { refusedImport } from "../journey/audit.ts"
import { evidenceDesk } from "../journey/evidence/evidence-desk.ts"
import { mediaDesk } from "../journey/media/media-desk.ts"
import type { SubmissionHandler } from "../journey/ports/inbound.ts"
import { selfTestDesk } from "../journey/self-test/self-test-desk.ts"
import type { World } from "../journey/world.ts"
import { errorFields } from "../log.ts"
import { VERSION } from "../version.ts"
import type { MediumMaker } from "../standards/xdm/medium-maker.ts"
import type { DoorWatch } from "./road.ts"
import { verifierPage } from "./verifier-page.ts"

/** A gateway that cannot open it works all the same: commands will say that they find nobody. */
export async function openLocalDoor(
  config: Config,
  world: World,
  handler: SubmissionHandler,
  { log, record }: DoorWatch,
): Promise<{ close(): Promise<void> }> {
  const onFault = (error: unknown): void => log("error", "local-door-fault", errorFields(error))
  const routes = new MediaRoutes(mediaDesk(world, makerOf(config)), onFault)
  const evidence = evidenceRoute(evidenceDesk(world, verifierPage), onFault)
  const selfTests = selfTestRoute(selfTestDesk(world), onFault)
  const door = mediumDoor(
    {
      sourceOf: (id) => config.agreements.filter((each) => each.id === id).map(({ partner }) => partner.oid),
      onFault,
      onRefused: ({ reason, detail }) => log("warn", "medium-refused", { reason, detail }),
      onTolerated: ({ peer, faults }) =>
        log("warn", "medium-tolerated", { agreement: peer.agreement, faults: faults.join(", ") }),
      onFailed: ({ peer, submission, told }) => {
        log("warn", "medium-refused", { agreement: peer.agreement, told: told.join(" ") })
        record(refusedImport(world, peer, submission, told)).catch((error: unknown) =>
          log("error", "audit-failed", errorFields(error)),
        )
      },
    },
    handler,
  )
  const enter: Enter = (request, response, expectsContinue) => {
    const url = request.url ?? ""
    if (url.startsWith(MEDIUM_PATH)) return door.enter(request, response, expectsContinue)
    if (url === EVIDENCE_PATH) return evidence(request, response)
    if (url.startsWith(SELF_TESTS_PATH)) return selfTests(request, response)
    return routes.enter(request, response)
  }
  try {
    return await listenLocal(config.dataDir, enter)
  } catch (error) {
    log("warn", "local-door-closed", errorFields(error))
    return { close: () => Promise.resolve() }
  }
}

function makerOf({ site, agreements }: Config): MediumMaker {
  return {
    institution: site.name,
    contact: agreements[0]?.firstResponder ?? "",
    product: "Dokuei",
    version: VERSION,
    vendor: "Dokuei",
  }
}
