/** Configuration of the numbers by which a partner's registry knows patients. */
import { z } from "zod"
import type { Issue } from "./issue.ts"
import { oid } from "./values.ts"

export const affinityDomain = z
  .strictObject({
    patientIdDomain: oid.describe("OID of the affinity domain's patient id domain"),
    numbers: z
      .enum(["person", "same"])
      .default("person")
      .describe(
        "`person`: somebody enters each patient's number there, once, and images wait for it; `same`: it is the hospital's own number",
      ),
  })
  .optional()
  .describe(
    "a repository whose registry numbers patients in a domain of its own: patientId is of that domain, sourcePatientId stays the hospital's. With packaging.to repository only; default: the hospital's numbers",
  )

type Raw = Readonly<Record<string, unknown>>

/** Between two gateways of this kind the hospital's number is the only one; reads the raw value, as `rules.ts` does. */
export function affinityIssues(
  { affinityDomain: named, packaging, patientIdDomain }: Raw,
  path: string,
): Issue[] {
  if (named === undefined) return []
  const isRepository = groupOf(packaging).to === "repository"
  const isOwn = patientIdDomain !== undefined && groupOf(named).patientIdDomain === patientIdDomain
  return [
    ...(isRepository
      ? []
      : [
          {
            path: `${path}.affinityDomain`,
            message: "is for packaging.to repository: a recipient takes our numbers",
          },
        ]),
    ...(isOwn
      ? [
          {
            path: `${path}.affinityDomain.patientIdDomain`,
            message: "is the hospital's own: leave affinityDomain out",
          },
        ]
      : []),
  ]
}

const groupOf = (value: unknown): Raw =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Raw) : {}
