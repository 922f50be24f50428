/** What steps offer to those who look after the machine and its lines. */
import type { LinesView } from "../views/lines.ts"
import type { TechnicianView, TestResult } from "../views/technician.ts"
import type { Person } from "./person.ts"

/** Devices, lines, disk and certificates, for whoever stands at the machine. */
export interface TechnicianDesk {
  view(person: Person): Promise<TechnicianView>
  /** C-ECHO to a device or the archive; throws ERR_NOT_FOUND when we do not know where to call it. */
  echo(person: Person, aeTitle: string): Promise<TestResult>
  /** Mutual TLS to a reading centre; what waits for it goes at once when it answers. */
  reach(person: Person, agreement: string): Promise<TestResult>
}

/** The lines to all hospitals, for whoever reads for them. */
export interface LinesDesk {
  view(person: Person): Promise<LinesView>
}
