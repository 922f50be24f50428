/** Who makes a medium, as README.TXT and INDEX.HTM name them (ITI TF-2 3.32.4.1.2.2). */
export interface MediumMaker {
  readonly institution: string
  readonly contact: string
  readonly product: string
  readonly version: string
  readonly vendor: string
}
