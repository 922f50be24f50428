/** One fault of a configuration: where (dotted path, "" = the file itself) and what. */
export interface Issue {
  readonly path: string
  readonly message: string
  /** About a file that the setting names and that cannot be reached. */
  readonly file?: true
}
