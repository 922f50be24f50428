/** RegistryResponse (ebRS 3.0; ITI TF-3 4.2.4): Success or Failure, all or nothing. */

export interface RegistryError {
  /** ITI TF-3 table 4.2.4.1-2. */
  readonly errorCode: string
  readonly codeContext: string
  readonly severity: "Error" | "Warning"
  /** Where in the request; "" or absent when it is about no one place. */
  readonly location?: string
}

export interface RegistryResponse {
  readonly status: "Success" | "Failure"
  readonly errors: readonly RegistryError[]
}
