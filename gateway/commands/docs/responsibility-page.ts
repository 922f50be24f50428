/** docs/responsibility.md: what `dokuei site responsibility` prints of the example's site file. */
import { readText } from "../../config/load.ts"
import { ConfigError } from "../../journey/errors.ts"
import { readSite } from "../../site/read-site.ts"
import { responsibilityPage } from "../../site/responsibility.ts"

/** A day on which the example's contract holds: the page is the same on every day. */
const DAY = "2026-10-01"
const NOTE = `> これは[設定例](../deploy/site.example.yaml)から出力した見本です。自施設の表は \`dokuei site responsibility /etc/dokuei/site.yaml\` で出力し、契約書に添付します。
>
> A specimen, printed from [the example](../deploy/site.example.yaml) of a site file. Print your own with the command, read it with the other side, and put it to the contract ([network.md](network.md)).`

/** @param example path of the site file */
export function responsibilityExample(example: string): string {
  const read = readSite(readText(example), DAY)
  if ("issues" in read) throw new ConfigError("ERR_CONFIG_INVALID", `${example} has faults`)
  const [title = "", ...rest] = responsibilityPage(read.site).split("\n")
  return [title, "", NOTE, ...rest].join("\n")
}
