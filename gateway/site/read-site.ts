/** A site file's text → the site, or every fault by its path. */
import { parseDocument } from "yaml"
import type { Issue } from "../config/issue.ts"
import { inWords, yamlFaults } from "../config/words.ts"
import { siteIssues } from "./site-rules.ts"
import { siteSchema, type Site } from "./site.ts"

/** @param today `2026-04-01`: contracts and exceptions end by it */
export function readSite(
  text: string,
  today: string,
): { readonly site: Site } | { readonly issues: readonly Issue[] } {
  const document = parseDocument(text)
  if (document.errors.length > 0) return { issues: yamlFaults(document.errors.map(({ message }) => message)) }
  const value: unknown = document.toJS()
  const checked = siteSchema.safeParse(value)
  if (!checked.success) return { issues: checked.error.issues.map((each) => inWords(each, value)) }
  const issues = siteIssues(checked.data, today)
  return issues.length === 0 ? { site: checked.data } : { issues }
}
