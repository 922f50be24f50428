/** docs/audit.md: every event of the audit trail, printed from `storage/trail/kinds.ts`. */
import type { AuditCode } from "../../standards/atna/codes.ts"
import { KINDS } from "../../storage/trail/kinds.ts"
import { page, table } from "./markdown.ts"

export function auditPage(): string {
  return page(
    "# What is audited",
    "Every event of the audit trail: a message of DICOM PS3.15 A.5 each, one for every patient, without names of patients. Codes are of DCM unless another " +
      "scheme stands beside them. C create, R read, U update, D delete, E execute. The outcome is 0 success, 4 minor (it is tried again), 8 serious, 12 major. " +
      "How the trail is kept stands in [store.md](store.md), who else gets it in [operation.md](operation.md), when an opening by a person is told in [desk-api.md](desk-api.md).",
    table(
      ["event", "action", "type", "told when", "takes part", "is about"],
      Object.values(KINDS).map((kind) => [
        coded(kind.id),
        kind.action,
        kind.type === null ? "" : coded(kind.type),
        kind.when,
        kind.parties.words,
        kind.lifeCycle === null ? kind.about.words : `${kind.about.words}; life cycle ${kind.lifeCycle}`,
      ]),
    ),
    "Not told, for they do not happen here: *Emergency Override* (there is no such right), *Query* [ITI-18] and *Retrieve* [ITI-43] (neither actor). *Begin " +
      "Transferring DICOM Instances* is not told: what was transferred is, and what failed.",
  )
}

const coded = ({ code, system, text }: AuditCode): string =>
  `${code}${system === "DCM" ? "" : ` (${system})`} ${text}`
