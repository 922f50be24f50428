/**
 * Evidence package: one file with which a stranger, years later and without a network, can confirm a report (docs/trust.md).
 * Of the patient it says what the report says and no more; its name says nothing of anybody.
 */
import { INDEX_PATH, writeIndex, type EvidenceIndex } from "../../standards/evidence/evidence-index.ts"
import { README_PATHS, READMES } from "../../standards/evidence/readme.ts"
import { writeZip, type ZipFile } from "../../standards/zip/stored-zip.ts"
import type { Agreement } from "../agreement.ts"
import { agreementOf } from "../keep.ts"
import { DeskError } from "../errors.ts"
import type { RequestRecord } from "../records/request.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import type { World } from "../world.ts"
import type { EvidencePackage, VerifierPage } from "../ports/evidence.ts"
import { helpersOf, type Helpers, type Signed } from "./helpers.ts"
import { papersOfRequest, type Paper, type Papers } from "./papers.ts"
import { sha256Hex } from "../../standards/sha256.ts"

/** @throws DeskError ERR_NOT_FOUND when no signed report of the request holds; ERR_INPUT when it is too much for one package */
export async function evidencePackage(
  world: World,
  request: RequestRecord,
  verifierPage: VerifierPage,
): Promise<EvidencePackage> {
  const papers = await papersOfRequest(world, request)
  const { reportIds } = papers
  if (reportIds.length === 0)
    throw new DeskError("ERR_NOT_FOUND", "there is no signed report of this request that holds")
  const helpers = helpersOf(signedBy(world, papers))
  const files = [...papersIn(papers), ...helperFiles(helpers), ...(await forPeople(verifierPage))]
  const at = world.clock.now().toISOString()
  const index = writeIndex(indexOf(papers, helpers, files, { at, by: world.site.name }))
  const name = `${at.slice(0, 10).replaceAll("-", "")}-${sha256Hex(index).slice(0, 8)}`
  return {
    fileName: `dokuei-evidence-${name}.zip`,
    pieces: zipped([{ path: INDEX_PATH, octets: index }, ...files]),
    reportIds,
  }
}

function zipped(files: readonly ZipFile[]): readonly Uint8Array[] {
  try {
    return writeZip(files)
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new DeskError("ERR_INPUT", "the reports of this request are too large for one package", { cause })
  }
}

const papersIn = ({ submissions, copies, receipts }: Papers): readonly Paper[] => [
  ...submissions.flatMap((each) => each.papers),
  ...copies,
  ...receipts.map(({ paper }) => paper),
]

/** What a report may have been signed by: what is agreed today says nothing of one that came under another agreement. */
const LEVELS: readonly Agreement["reportSignature"][] = ["hpki", "qualified-other", "seal+passkey"]

/** Each signature with what it is judged by here: a report by whatever level was agreed, or the seal of a partner or of our own. */
function signedBy(world: World, { submissions, copies, receipts }: Papers): readonly Signed[] {
  const sealOf = ({ agreement }: SubmissionRecord): Signed["trust"][] => {
    const agreed = agreementOf(world, agreement)
    return agreed === null ? [] : [world.trust.seal(agreed)]
  }
  const seals = submissions.flatMap(({ record, kind, papers }) =>
    papers
      .filter(({ role }) => role === "set-signature" || (role === "signature" && kind === "study"))
      .flatMap(({ octets }) => sealOf(record).map((trust) => ({ xml: octets, trust }))),
  )
  const reports = submissions.filter(({ kind }) => kind === "report" || kind === "stamp")
  const agreed = reports[0] === undefined ? null : agreementOf(world, reports[0].record.agreement)
  const levels =
    agreed === null
      ? [world.trust.report()]
      : LEVELS.map((reportSignature) => world.trust.report({ ...agreed, reportSignature }))
  const persons = reports
    .flatMap(({ papers }) => papers.filter(({ role }) => role === "signature"))
    .concat(copies)
    .flatMap(({ octets }) => levels.map((trust) => ({ xml: octets, trust })))
  const receipt = receipts.flatMap(({ record, paper }) =>
    sealOf(record).map((trust) => ({ xml: paper.octets, trust })),
  )
  return [...persons, ...seals, ...receipt]
}

const helperFiles = ({ certificates, crls, ocsp }: Helpers): readonly Paper[] => [
  ...certificates.map((octets) => helper("certificate", `certificates/${short(octets)}.cer`, octets)),
  ...crls.map((octets) => helper("crl", `crls/${short(octets)}.crl`, octets)),
  ...ocsp.map((octets) => helper("ocsp", `ocsp/${short(octets)}.ors`, octets)),
]

const helper = (role: Paper["role"], path: string, octets: Uint8Array): Paper => ({
  path,
  role,
  uniqueId: "",
  octets,
})

const short = (octets: Uint8Array): string => sha256Hex(octets).slice(0, 16)

async function forPeople(verifierPage: VerifierPage): Promise<readonly Paper[]> {
  return [
    helper("readme", README_PATHS.ja, Buffer.from(READMES.ja, "utf8")),
    helper("readme", README_PATHS.en, Buffer.from(READMES.en, "utf8")),
    helper("verifier", "verifier.html", await verifierPage()),
  ]
}

function indexOf(
  { submissions }: Papers,
  { anchors }: Helpers,
  files: readonly Paper[],
  made: EvidenceIndex["made"],
): EvidenceIndex {
  return {
    made,
    files: files.map(({ path, role, uniqueId, octets }) => ({
      path,
      role,
      uniqueId,
      lengthBytes: octets.length,
      sha256: sha256Hex(octets),
    })),
    submissions: submissions.map(({ record, kind, papers }) => ({
      kind,
      submissionSetUniqueId: record.submissionSetUid,
      files: papers.map(({ path }) => path),
    })),
    anchors,
  }
}
