/** What is wrong with a submission's metadata: all of it at once, in the words of the RegistryError list. */
import { Malformed } from "../malformed.ts"
import type { RegistryErrorCode } from "./error-codes.ts"

export interface MetadataComplaint {
  readonly errorCode: RegistryErrorCode
  /** Names the object and the attribute; a value only when it cannot be patient data. */
  readonly codeContext: string
  /** Where in the message, as a path of local names (`at`); "" when it is about no one place. */
  readonly location: string
}

/** A list longer than this tells the sender nothing more, and an attacker chooses its length. */
const MAX_COMPLAINTS = 100
/** The same of one sentence: ids are the sender's. */
const MAX_TEXT_LENGTH = 512

/** Path of a registry object by its id, or of something in it: `//*[@id='Document01']/Slot[@name='hash']`. */
export const at = (id: string, ...steps: readonly string[]): string =>
  [`//*[@id='${id}']`, ...steps].join("/")

/** The metadata break rules of ITI TF-3 4.2: answer Failure with `complaints`. */
export class MetadataFault extends Malformed {
  readonly complaints: readonly MetadataComplaint[]

  constructor(complaints: readonly MetadataComplaint[]) {
    super("XDS_METADATA", "ITI TF-3 4.2", `${complaints.length} faults in the metadata`)
    this.complaints = complaints
  }
}

/**
 * Collects while reading; nothing is thrown before everything was looked at, or so much was wrong that looking on tells nobody
 * anything: whoever sends a hundred thousand faulty objects shall not have each of them judged.
 */
export class Complaints {
  readonly #errors: MetadataComplaint[] = []
  readonly #warnings: MetadataComplaint[] = []
  #untold = 0
  #unseen = 0

  error(
    codeContext: string,
    errorCode: RegistryErrorCode = "XDSRepositoryMetadataError",
    location = "",
  ): void {
    if (this.#errors.length < MAX_COMPLAINTS) this.#errors.push(complaint(errorCode, codeContext, location))
    else this.#untold += 1
  }

  /** No more is told: is the next object worth looking at? What is not is counted. */
  get isFull(): boolean {
    return this.#errors.length >= MAX_COMPLAINTS
  }

  passOver(): void {
    this.#unseen += 1
  }

  warning(codeContext: string, errorCode: RegistryErrorCode, location = ""): void {
    if (this.#warnings.length < MAX_COMPLAINTS)
      this.#warnings.push(complaint(errorCode, codeContext, location))
  }

  /** How many more there were is said at the end. */
  get errors(): readonly MetadataComplaint[] {
    const more = [
      ...(this.#untold === 0 ? [] : [`${this.#untold} faults more`]),
      ...(this.#unseen === 0 ? [] : [`${this.#unseen} objects that were not looked at`]),
    ]
    if (more.length === 0) return this.#errors
    return [...this.#errors, complaint("XDSRepositoryMetadataError", more.join(", "), "")]
  }

  get warnings(): readonly MetadataComplaint[] {
    return this.#warnings
  }

  /** @throws MetadataFault when there was any error. */
  settle(): void {
    if (this.#errors.length > 0) throw new MetadataFault(this.errors)
  }
}

function complaint(errorCode: RegistryErrorCode, codeContext: string, location: string): MetadataComplaint {
  return {
    errorCode,
    codeContext: codeContext.slice(0, MAX_TEXT_LENGTH),
    location: location.slice(0, MAX_TEXT_LENGTH),
  }
}
