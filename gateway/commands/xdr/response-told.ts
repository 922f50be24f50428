/** What was answered to a submission, for people: every complaint with its code, severity, place and context. */
import type { RegistryError, RegistryResponse } from "../../standards/xds/registry-response.ts"

/** Lines. */
export const responseTold = ({ status, errors }: RegistryResponse): readonly string[] => [
  `${status}${errors.length === 0 ? "" : `, ${errors.length === 1 ? "1 remark" : `${errors.length} remarks`}`}`,
  ...errors.flatMap(complaint),
]

function complaint({ severity, errorCode, codeContext, location = "" }: RegistryError): readonly string[] {
  return [
    `  ${severity.padEnd(7)} ${errorCode}`,
    ...(codeContext === "" ? [] : [`          ${codeContext}`]),
    ...(location === "" ? [] : [`          at ${location}`]),
  ]
}
