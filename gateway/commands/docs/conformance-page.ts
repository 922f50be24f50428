/**
 * docs/conformance-dicom.md: the DICOM conformance statement in the shape of PS3.2, its tables printed from what the
 * program does.
 */
import { VERSION } from "../../version.ts"
import { acceptance, policies } from "./conformance-acceptor.ts"
import { annexes } from "./conformance-annexes.ts"
import { characterSetSection } from "./conformance-character-sets.ts"
import { commitmentSection } from "./conformance-commitment.ts"
import { filesSection } from "./conformance-files.ts"
import { implementationModel, introduction, overview } from "./conformance-model.ts"
import { configuration, interfaces } from "./conformance-node.ts"
import { initiation } from "./conformance-requestor.ts"
import { securitySection } from "./conformance-security.ts"
import { page } from "./markdown.ts"

export function conformancePage(): string {
  return page(
    "# DICOM conformance statement",
    `Dokuei ${VERSION}.`,
    ...overview(),
    ...introduction(VERSION),
    "## 3 Networking",
    ...implementationModel(),
    ...policies(),
    ...acceptance(),
    ...commitmentSection(),
    ...initiation(),
    ...interfaces(),
    ...configuration(),
    ...filesSection(),
    ...characterSetSection(),
    ...securitySection(),
    ...annexes(),
  )
}
