/** What is wrong with a submission's metadata: all of it at once, in the words of the RegistryError list. */
import { Malformed } from "../malformed.ts"
import type { RegistryErrorCode } from "./error-codes.ts"

export interface MetadataComplaint {
  readonly errorCode: RegistryErrorCode
  /** Names the object and the attribute; a value only when it cannot be patient data. */
  readonly codeContext: string
}

/** A list longer than this tells the sender nothing more, and an attacker chooses its length. */
const MAX_COMPLAINTS = 100

/** The metadata break rules of ITI TF-3 4.2: answer Failure with `complaints`. */
export class MetadataFault extends Malformed {
  readonly complaints: readonly MetadataComplaint[]

  constructor(complaints: readonly MetadataComplaint[]) {
    super("XDS_METADATA", "ITI TF-3 4.2", `${complaints.length} faults in the metadata`)
    this.complaints = complaints
  }
}

/** Collects while reading; nothing is thrown before everything was looked at. */
export class Complaints {
  readonly #errors: MetadataComplaint[] = []
  readonly #warnings: MetadataComplaint[] = []

  error(codeContext: string, errorCode: RegistryErrorCode = "XDSRepositoryMetadataError"): void {
    if (this.#errors.length < MAX_COMPLAINTS) this.#errors.push({ errorCode, codeContext })
  }

  warning(codeContext: string, errorCode: RegistryErrorCode): void {
    if (this.#warnings.length < MAX_COMPLAINTS) this.#warnings.push({ errorCode, codeContext })
  }

  get errors(): readonly MetadataComplaint[] {
    return this.#errors
  }

  get warnings(): readonly MetadataComplaint[] {
    return this.#warnings
  }

  /** @throws MetadataFault when there was any error. */
  settle(): void {
    if (this.#errors.length > 0) throw new MetadataFault(this.#errors)
  }
}
