/** What was found of a package, for a person and for a program. */
import type { NamedAnchor } from "../../standards/evidence/evidence-index.ts"
import { isNoPackage, type EvidenceVerdict } from "../../standards/evidence/judge.ts"
import { isOfTestCertificate, type JudgedPart } from "../../standards/evidence/judged.ts"
import { twelveTests } from "../../standards/dsg/twelve-tests.ts"
import { testPolicy } from "../../standards/hpki/profile.ts"
import type { VerdictTest } from "../../standards/hpki/verdict-test.ts"
import { et, testWords } from "../../../viewer/text/evidence.ts"
import { t } from "../../../viewer/text/language.ts"
import { reasonWords } from "../../../viewer/words/evidence-reason.ts"
import { daySeconds } from "../../../viewer/words/instant.ts"
import { printable } from "../printable.ts"

/** What was brought to the command line: without it a verdict says more of the command than of the package. */
export interface GivenTrust {
  readonly anchors: boolean
  readonly testCertificates: boolean
}

const MARKS: Readonly<Record<VerdictTest["outcome"], string>> = { pass: "+", fail: "x", unknown: "?" }

/** `given`: what the caller believes. */
export function told(verdict: EvidenceVerdict, given: GivenTrust): string {
  const { opened, parts, checkedAt } = verdict
  const outcome = isNoPackage(verdict) ? "unreadable" : verdict.outcome
  const made = opened?.index.made
  return [
    `${et(`outcome.${outcome}`)}: ${et(`lead.${outcome}`)}`,
    ...(parts.some(isOfTestCertificate) ? [et("lead.test-certificate")] : []),
    ...(opened !== null && !given.anchors ? [et("command.no-anchors")] : []),
    ...(!given.testCertificates && parts.some(isRefusedForTests) ? [et("command.tests")] : []),
    ...parts.flatMap(whyLines),
    ...(made === undefined ? [] : [et("made-by", { by: made.by, at: madeAt(made.at) })]),
    et("checked-at", { at: daySeconds(new Date(checkedAt)) }),
    ...parts.flatMap(partLines),
    ...anchorLines(opened?.index.anchors ?? []),
    ...(opened === null ? [] : ["", et("later-unknown")]),
    "",
  ]
    .map(printable)
    .join("\n")
}

/** A signature of a demonstration looks like a forged one to whoever did not ask for it. */
const isRefusedForTests = ({ tests }: JudgedPart): boolean =>
  tests.some(
    ({ name, outcome, detail }) =>
      name === "policy" && outcome === "fail" && detail.startsWith(`${testPolicy("signature")} `),
  )

/** What did not pass, before the many lines of what did: nobody should have to look for it. */
const whyLines = ({ name, tests }: JudgedPart): readonly string[] =>
  tests.filter(({ outcome }) => outcome !== "pass").map((test) => `${testLine(test)} (${et(`part.${name}`)})`)

/** The index is signed by nobody: what is no time stays as it was written. */
function madeAt(at: string): string {
  const time = new Date(at)
  return Number.isNaN(time.getTime()) ? at : daySeconds(time)
}

function partLines({ name, about, outcome, verdict, tests }: JudgedPart): readonly string[] {
  const who = verdict === null ? [] : [[verdict.holderJapanese || verdict.holder, times(verdict)].join(" ")]
  return [
    "",
    [`[${et(`outcome.${outcome}`)}]`, et(`part.${name}`), about].join(" ").trimEnd(),
    ...who.filter((line) => line.trim() !== "").map((line) => `    ${line}`),
    ...tests.map(testLine),
  ]
}

const times = ({ signedAt, timeStampedAt }: NonNullable<JudgedPart["verdict"]>): string =>
  [
    signedAt === null ? "" : et("report.signed", { at: daySeconds(new Date(signedAt)) }),
    timeStampedAt === null ? "" : et("report.stamped", { at: daySeconds(new Date(timeStampedAt)) }),
  ]
    .filter((each) => each !== "")
    .join(" ")

function testLine({ name, outcome, detail }: VerdictTest): string {
  const words = `  ${MARKS[outcome]} ${t(`test-outcome.${outcome}`)}  ${testWords(name)}`
  return detail === "" ? words : `${words}: ${reasonWords(detail)}`
}

/** For whoever has to find them: nothing of it is believed. */
function anchorLines(anchors: readonly NamedAnchor[]): readonly string[] {
  if (anchors.length === 0) return []
  return [
    "",
    et("command.roots"),
    ...anchors
      .map(({ use, subject, sha256 }) => `  ${use}: ${subject}\n      SHA-256 ${sha256}`)
      .flatMap((each) => each.split("\n")),
  ]
}

/** Names and details as the verifier has them: a program needs no language. */
export function asJson({ outcome, checkedAt, opened, parts }: EvidenceVerdict): string {
  const { made = null, anchors = [] } = opened?.index ?? {}
  const listed = parts.map(({ verdict, ...part }) => ({
    ...part,
    signature: verdict === null ? null : factsOf(verdict),
  }))
  return `${JSON.stringify({ outcome, checkedAt, made, anchors, parts: listed }, null, 1)}\n`
}

function factsOf(verdict: NonNullable<JudgedPart["verdict"]>): object {
  const { kind, holder, holderJapanese, role, issuer, serial, signedAt, timeStampedAt } = verdict
  // A seal has neither policy nor role, and which keys were agreed upon nobody here knows.
  const twelve = kind === "hpki" ? { twelve: twelveTests(verdict) } : {}
  return { kind, holder, holderJapanese, role, issuer, serial, signedAt, timeStampedAt, ...twelve }
}
