/** What the tests use of dcmjs, which brings no types. */
declare module "dcmjs" {
  const dcmjs: {
    readonly data: {
      readonly DicomMessage: { readFile(file: ArrayBufferLike): { readonly dict: object } }
      readonly DicomMetaDictionary: { naturalizeDataset(dict: object): object }
    }
  }
  export default dcmjs
}
