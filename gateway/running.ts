/** A role that has been started. */
export interface Running {
  /** By name: `dicom`, `xdr`, `desk`, `health`. */
  readonly ports: Readonly<Record<string, number>>
  /** Takes nothing new, lets what runs end, closes. Safe to call once. */
  stop(): Promise<void>
}
