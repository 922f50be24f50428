/** `dokuei verify`: a report and all that belongs to it, from one file, without a network and without a configuration. */
import { existsSync } from "node:fs"
import { Command, InvalidArgumentError } from "commander"
import { systemClock } from "../../clock.ts"
import { EXIT, type Finish } from "../../exit.ts"
import { judgedEvidence, unreadable, type EvidenceVerdict } from "../../standards/evidence/judge.ts"
import { openPackage } from "../../standards/evidence/package-files.ts"
import type { Certificate } from "../../standards/hpki/certificate.ts"
import { Malformed } from "../../standards/malformed.ts"
import type { ZipFile } from "../../standards/zip/stored-zip.ts"
import { speak } from "../../../viewer/text/language.ts"
import { anchorOf, anchorsFor, type GivenAnchor } from "./anchors.ts"
import { readPackage } from "./read-package.ts"
import { asJson, told } from "./told.ts"

interface Options {
  readonly at?: Date
  readonly anchors?: readonly GivenAnchor[]
  readonly testCertificates?: true
  readonly json?: true
}

/** What a script may rely on. */
const CODES: Readonly<Record<EvidenceVerdict["outcome"], number>> = {
  valid: EXIT.ok.code,
  invalid: EXIT.failed.code,
  indeterminate: EXIT.undecided.code,
}

export const verifyCommand = (finish: Finish): Command =>
  new Command("verify")
    .description("check an evidence package of a report: signatures, certificates, revocation, time stamps")
    .argument("<package>", "the ZIP, or the folder it was unpacked into", there)
    .option(
      "--anchors <use=file...>",
      "whom you believe: hpki= (physicians), seal= (facilities), tsa= (time); a PEM or DER file, or a SHA-256 fingerprint",
      (text: string, before: readonly GivenAnchor[] | undefined) => [...(before ?? []), anchorOf(text)],
    )
    .option("--at <time>", "judge as on that day, ISO 8601", instant)
    .option("--test-certificates", "believe certificates made for tests: for demonstrations")
    .option("--json", "for a program")
    .action((path: string, options: Options) => {
      speak(languageOf(process.env))
      const verdict = verdictOn(path, options)
      const given = {
        anchors: options.anchors !== undefined,
        testCertificates: options.testCertificates === true,
      }
      process.stdout.write(options.json === true ? asJson(verdict) : told(verdict, given))
      finish(CODES[verdict.outcome])
    })

function verdictOn(path: string, { at, anchors = [], testCertificates }: Options): EvidenceVerdict {
  const now = at ?? systemClock.now()
  try {
    const files = readPackage(path)
    const trust = {
      anchors: anchorsFor(anchors, certificatesIn(files)),
      allowTestPolicies: testCertificates === true,
    }
    return judgedEvidence(files, trust, now)
  } catch (problem) {
    const parts = [unreadable(problem)]
    return { outcome: "invalid", checkedAt: now.toISOString(), parts, reports: [], opened: null }
  }
}

/** To look fingerprints up in. */
function certificatesIn(files: readonly ZipFile[]): readonly Certificate[] {
  try {
    return openPackage(files).certificates
  } catch (problem) {
    if (problem instanceof Malformed) return [] // the judge will say why
    throw problem
  }
}

function there(path: string): string {
  if (!existsSync(path)) throw new InvalidArgumentError("There is no such file or folder.")
  return path
}

function instant(text: string): Date {
  const at = new Date(text)
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(at.getTime()))
    throw new InvalidArgumentError("ISO 8601, as 2036-11-26 or 2036-11-26T12:00:00+09:00.")
  return at
}

/** POSIX: LC_ALL before LC_MESSAGES before LANG. */
const languageOf = (env: NodeJS.ProcessEnv): "ja" | "en" =>
  [env.LC_ALL, env.LC_MESSAGES, env.LANG]
    .find((each) => each !== undefined && each !== "")
    ?.startsWith("ja") === true
    ? "ja"
    : "en"
