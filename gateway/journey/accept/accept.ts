/**
 * Accept: what is done before an ITI-41 is answered.
 *
 * Agreed peer? allowed by the agreement? addressed to us? seen before? Then each ciphertext goes to the spool as it
 * comes. Before Success: pinned seal, signature value, digests, exact set (domain.md 5). A fault refuses the whole
 * submission and nothing is kept.
 */
import { adopt, metaOf } from "./adopt.ts"
import { checkSetSignature } from "./check-signature.ts"
import { comingIn, type ComingIn } from "./coming-in.ts"
import { contentFault } from "./content-fault.ts"
import { takeCustody, type Received } from "./custody.ts"
import { clearHead } from "../clear-object.ts"
import { identified, namedByItsImages } from "./identify.ts"
import type { Inbound, Remark } from "./inbound.ts"
import { carriesImages } from "../keep.ts"
import { judge } from "./judge.ts"
import type { Landing } from "./landed.ts"
import { isSealing } from "../packaging.ts"
import type { SubmissionHandler, SubmissionIntake } from "../ports/inbound.ts"
import type { SealedObject, Segment } from "../ports/spool.ts"
import type { DocumentRole, SubmissionKind } from "../records/submission.ts"
import { MAX_SIGNATURE_LENGTH_BYTES } from "../../standards/dsg/document.ts"
import type { DocumentEntry } from "../../standards/xds/submission.ts"
import { isPhantom } from "../self-test/phantom.ts"
import { recognise, refuseOtherBytes } from "./recognise.ts"
import { remarks } from "./remarks.ts"
import { roleIn } from "./roles.ts"
import { takeClear } from "./take-clear.ts"
import { takeDen } from "./take-den.ts"
import { takeZip } from "./take-zip.ts"
import { withManifest } from "./made-manifest.ts"
import { withWrappedPdf } from "./wrapped-pdf.ts"
import { toldApart } from "./told-apart.ts"
import { measured } from "./transmitted.ts"
import type { World } from "../world.ts"

export function submissionHandler(world: World): SubmissionHandler {
  const door = comingIn(world)
  return {
    begin: async (peer, submission) => {
      const judged = { ...judge(world, peer, submission), asserted: peer.asserted ?? null }
      const inbound = await identified(world, judged)
      if (inbound.StudyInstanceUID !== "") return begun(world, door, inbound)
      // Repeated, nothing of it is looked at again.
      const earlier = await recognise(world, inbound)
      return earlier ?? namedByItsImages(world, inbound, (named) => begun(world, door, named))
    },
  }
}

async function begun(world: World, door: ComingIn, inbound: Inbound): Promise<SubmissionIntake> {
  const turn = door.enter(inbound)
  try {
    const earlier = await recognise(world, inbound)
    const inner = earlier ?? (await intake(world, inbound, await turn.land()))
    return withEnd(
      inner,
      () => remarks(world, inbound),
      () => turn.leave(),
    )
  } catch (error) {
    turn.leave()
    throw error
  }
}

/** After a commit there is nothing left to abort, whoever asks. */
function withEnd(
  inner: SubmissionIntake,
  told: () => Promise<readonly Remark[]>,
  end: () => void,
): SubmissionIntake {
  let kept = false
  return {
    document: (entry, octets) => inner.document(entry, octets),
    commit: async () => {
      // By what was here before it.
      const warnings = [...(await told()), ...(await inner.commit())]
      kept = true
      end()
      return warnings
    },
    abort: () => (kept ? Promise.resolve() : inner.abort().finally(end)),
  }
}

async function intake(world: World, inbound: Inbound, place: Landing): Promise<SubmissionIntake> {
  const segment = await openSegment(world, inbound, place)
  const received: Received[] = []
  return {
    document: async (entry, octets) => {
      const role = roleIn(inbound.agreement, entry, inbound.submission)
      if (role === null) throw contentFault(entry.uniqueId, "formatCode is outside the agreement")
      const passing = measured(entry, octets)
      const taken = await takenFrom(world, inbound, segment, { entry, role }, passing.octets)
      const sent = passing.sent()
      // Where the sender does not say, only now it is known what came.
      if (entry.hash === null || entry.size === null)
        await refuseOtherBytes(world, inbound.agreement, {
          ...entry,
          hash: sent.hash,
          size: sent.sizeBytes,
        })
      received.push({ entry, sent, role, object: taken.object }, ...taken.inside)
    },
    commit: async () => {
      const documents = await checked(world, inbound, segment, received)
      await segment.sync()
      await segment.close()
      await takeCustody(world, inbound, place, segment.segmentId, documents)
      return []
    },
    abort: async () => {
      await world.spool.discardSegment(place.slotId, segment.segmentId)
      if (place.owner === null) await world.spool.destroySlot(place.slotId)
    },
  }
}

/** The document, and what came in it. */
async function takenFrom(
  world: World,
  inbound: Inbound,
  segment: Segment,
  { entry, role }: { readonly entry: DocumentEntry; readonly role: DocumentRole },
  octets: AsyncIterable<Uint8Array>,
): Promise<{ readonly object: SealedObject; readonly inside: readonly Received[] }> {
  if (role === "zip") return takeZip(world, inbound, segment, entry, octets)
  return { object: await sealed(world, inbound, segment, entry, octets), inside: [] }
}

/** As the agreement says documents come: encrypted for us in the one way or the other, or in clear. */
function sealed(
  world: World,
  inbound: Inbound,
  segment: Segment,
  entry: DocumentEntry,
  octets: AsyncIterable<Uint8Array>,
): Promise<SealedObject> {
  switch (inbound.agreement.packaging.form) {
    case "sealed":
      return adopt(world, inbound, segment, entry, octets)
    case "den":
      return takeDen(world, segment, entry, metaOf(world, inbound, entry), octets)
    case "plain":
    case "zip":
    case "manifest-and-pdf":
    case "stow":
      return takeClear(segment, entry, metaOf(world, inbound, entry), octets)
  }
}

const mayWait = (kind: SubmissionKind): boolean => carriesImages(kind) || isPhantom(kind)

/** Images may have to wait for room; a report, a receipt or a notice never does. */
async function openSegment(world: World, { kind }: Inbound, place: Landing): Promise<Segment> {
  try {
    return await world.spool.openSegment(place.slotId, mayWait(kind) ? "routine" : "reserved")
  } catch (error) {
    if (place.owner === null) await world.spool.destroySlot(place.slotId)
    throw error
  }
}

/** Seal, value, digests, exact set. Returns the documents with the set's own signature told from the others. */
async function checked(
  world: World,
  inbound: Inbound,
  segment: Segment,
  received: readonly Received[],
): Promise<readonly Received[]> {
  if (!isSealing(inbound.agreement))
    return inbound.kind === "report"
      ? withWrappedPdf(world, segment, received)
      : withManifest(world, inbound, segment, await toldApart(world, received))
  const candidates = received.filter((each) => each.role === "signature")
  const tooLarge = candidates.find(({ object }) => object.facts.clearLengthBytes > MAX_SIGNATURE_LENGTH_BYTES)
  if (tooLarge !== undefined) throw contentFault(tooLarge.entry.uniqueId, "no signature is that large")
  const signatures = candidates.map(({ entry: { uniqueId }, object }) => ({
    uniqueId,
    xml: () => clearHead(world.spool, object.place, MAX_SIGNATURE_LENGTH_BYTES),
  }))
  const documents = received.map((each) => ({
    uniqueId: each.entry.uniqueId,
    sha256: each.object.facts.sha256,
  }))
  const setSignature = await checkSetSignature(
    world,
    inbound.agreement,
    inbound.submission.submissionSet.uniqueId,
    documents,
    signatures,
  )
  return received.map((each) => ({
    ...each,
    role: each.entry.uniqueId === setSignature ? "set-signature" : roleAmong(inbound.kind, each.role),
  }))
}

/** In a receipt submission the other signature is the receipt itself. */
const roleAmong = (kind: SubmissionKind, role: DocumentRole): DocumentRole =>
  kind === "receipt" && role === "signature" ? "receipt" : role
