/** Who answers for which segment of the way (guidelines 2.4: S-30 to S-32), as a page that both sides put to their contract. */
import { SEGMENTS, type Site } from "./site.ts"

export function responsibilityPage({ name, contacts, responsibility, contracts }: Site): string {
  const rows = Object.entries(SEGMENTS).map(([segment, meaning]) => {
    const row = responsibility.find((each) => each.segment === segment)
    const contact = contacts.find(({ id }) => id === row?.contact)
    return [
      meaning,
      row?.party ?? "",
      contact === undefined
        ? ""
        : `${contact.party}, ${contact.name}, ${contact.telephone} (${contact.hours})`,
      row?.sla ?? "",
    ]
  })
  return [
    `# 責任分界 / Who answers for what: ${name}`,
    "",
    "この表は拠点設定ファイルから `dokuei site responsibility` で出力したものです。 / Printed by `dokuei site responsibility` from the site file.",
    "",
    ...table(["区間 / segment", "責任者 / responsible", "一次対応 / first responder", "SLA"], rows),
    "",
    "検査画像の保管責任は、読影センターの署名付き受領証をもって病院から読影センターへ移ります。報告書の保管責任は、病院の署名付き受領証をもって読影センターから病院へ移ります。",
    "",
    "Custody of a study passes from the hospital to the reading centre with the signed receipt, custody of a report from the reading centre to the hospital with the hospital's.",
    "",
    ...table(
      ["契約 / contract", "相手 / partner", "番号 / number", "期間 / term"],
      contracts.map((each) => [each.id, each.partner, each.number, `${each.validFrom} – ${each.validUntil}`]),
    ),
    "",
  ].join("\n")
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`
  return [line(head), `|${head.map(() => "---|").join("")}`, ...rows.map(line)]
}

const cell = (text: string): string => text.replace(/[\\|]/g, "\\$&")
