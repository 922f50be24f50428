/** docs/requirements.md: each requirement of the guidelines and where its evidence is, printed from `doctor/`. */
import { CHECKS } from "../../doctor/checks.ts"
import { REQUIREMENTS, type Requirement } from "../../doctor/requirements.ts"
import { code, page, table } from "./markdown.ts"

export function requirementsPage(): string {
  const lacking = REQUIREMENTS.filter(({ lacks }) => lacks !== undefined).length
  return page(
    "# Requirements and their evidence",
    "The Japanese guidelines for regional health networks, requirement by requirement (S: security of exchange, H: HISPRO, N: network, A: people, L: trails, B: attack and backup, E: signatures, O: outsourcing, P: personal information). " +
      "A check is one of `dokuei doctor`; a test is a suite of this repository; what people do has a line for whoever answers for it at the site. Not legal advice: the product prints evidence, the operator decides.",
    `${REQUIREMENTS.length} requirements; of ${lacking} something is missing, and says so.`,
    table(
      ["id", "asks for", "checks", "tests", "for people", "name", "missing"],
      REQUIREMENTS.map((each) => [
        each.id,
        each.asks,
        checksOf(each).map(code).join(" "),
        (each.tests ?? []).map(code).join(" "),
        each.people ?? "",
        each.people === undefined ? "" : "________",
        each.lacks ?? "",
      ]),
    ),
  )
}

export const checksOf = ({ id }: Requirement): readonly string[] =>
  CHECKS.filter(({ ids }) => ids.includes(id)).map(({ name }) => name)
