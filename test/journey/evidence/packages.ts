/** Evidence packages of a study that went there and back, for every test that needs a real one. */
import { evidencePackage } from "../../../gateway/journey/evidence/evidence-package.ts"
import type { Certificate } from "../../../gateway/standards/hpki/certificate.ts"
import type { EvidenceTrust } from "../../../gateway/standards/evidence/trust.ts"
import { readZip, type ZipFile } from "../../../gateway/standards/zip/stored-zip.ts"
import { VERIFIER_PAGE } from "../gateway.ts"
import { certificates, FOREIGN_POLICY, list } from "../certificates.ts"
import {
  acknowledge,
  append,
  CITIZEN,
  DRAFT,
  enter,
  FOREIGNER,
  READER,
  report,
  requestFor,
  storeAll,
  study,
  writeAndSign,
} from "../people.ts"
import { TwoSides, type WorldOptions } from "../world.ts"

export interface MadePackage {
  readonly fileName: string
  readonly zip: Buffer
  readonly files: readonly ZipFile[]
  readonly trust: EvidenceTrust
  readonly anchors: Readonly<Record<"seal" | "hpki" | "tsa", readonly Certificate[]>>
  /** When it was exported. */
  readonly at: Date
}

/** A report with an addendum, received by the hospital; exported there. */
export async function exported(
  options: WorldOptions & { readonly listsAfter?: boolean } = {},
): Promise<MadePackage> {
  const sides = await TwoSides.open(options)
  try {
    const requestId = await reported(sides)
    if (options.listsAfter === true) await newLists(sides)
    return await packageAt(sides, "edge", requestId)
  } finally {
    sides.close()
  }
}

/** A report whose reader's card states a policy that these two have agreed upon. */
export async function exportedUnderForeignPolicy(): Promise<MadePackage> {
  const sides = await TwoSides.open()
  try {
    for (const trust of Object.values(sides.trust)) trust.policies = [FOREIGN_POLICY]
    const requestId = await enter(sides.edge, requestFor("P1", "R-P1"))
    await storeAll(sides.edge, study("P1", 1))
    await sides.settle()
    await writeAndSign(sides.center, requestId, DRAFT, FOREIGNER)
    await sides.settle()
    return await packageAt(sides, "edge", requestId)
  } finally {
    sides.close()
  }
}

/** A report of another level than HPKI: by a certificate that names no profession, or under the centre's seal alone. */
export async function exportedAtLevel(
  reportSignature: "qualified-other" | "seal+passkey",
): Promise<MadePackage> {
  const sides = await TwoSides.open({ agreement: { reportSignature } })
  try {
    const requestId = await enter(sides.edge, requestFor("P1", "R-P1"))
    await storeAll(sides.edge, study("P1", 1))
    await sides.settle()
    await writeAndSign(sides.center, requestId, DRAFT, reportSignature === "seal+passkey" ? READER : CITIZEN)
    await sides.settle()
    return await packageAt(sides, "edge", requestId)
  } finally {
    sides.close()
  }
}

/** A report that its reader signed with their own key, as a reviewer: no seal did. */
export async function exportedByReviewer(): Promise<MadePackage> {
  const sides = await TwoSides.open()
  try {
    const requestId = await enter(sides.edge, requestFor("P1", "R-P1"))
    await storeAll(sides.edge, study("P1", 1))
    await sides.settle()
    const { center, trust } = sides
    // The purpose is of one level, the key of another.
    center.agreements = center.agreements.map((each) => ({ ...each, reportSignature: "seal+passkey" }))
    const personal = trust.center.report()
    trust.center.report = () => personal
    center.close()
    await center.open()
    await writeAndSign(center, requestId, DRAFT, READER)
    await sides.settle()
    return await packageAt(sides, "edge", requestId)
  } finally {
    sides.close()
  }
}

/** As the daily download brings them. */
async function newLists({ time, trust }: TwoSides): Promise<void> {
  const { authorities } = await certificates()
  time.passTo(new Date(time.peek().getTime() + 86_400_000))
  for (const name of trust.edge.lists.keys()) trust.edge.lists.set(name, list(authorities[name], time.peek()))
}

export async function reported(sides: TwoSides): Promise<string> {
  const images = study("P1", 3)
  const requestId = await enter(sides.edge, requestFor(images.PatientID, "R-P1"))
  await storeAll(sides.edge, images)
  await sides.settle()
  await report(sides.center, requestId)
  await sides.settle()
  await append(sides.center, requestId, "前回検査と比較し、著変を認めません。")
  await sides.settle()
  await acknowledge(sides.edge, requestId)
  await sides.settle()
  return requestId
}

export async function packageAt(
  sides: TwoSides,
  side: "edge" | "center",
  requestId: string,
): Promise<MadePackage> {
  const { world, ledger } = sides[side]
  const request = await ledger.request(requestId)
  const { fileName, pieces } = await evidencePackage(world, request!, () => Promise.resolve(VERIFIER_PAGE))
  const zip = Buffer.concat(pieces)
  const { anchors } = await certificates()
  return {
    fileName,
    zip,
    files: readZip(zip),
    trust: { anchors, allowTestPolicies: true },
    anchors,
    at: sides.time.peek(),
  }
}
