/** What the viewer uses of OpenJPH's decoder; the package ships no types of its own. */
declare module "@cornerstonejs/codec-openjph/wasmjs" {
  export interface HTJ2KDecoder {
    /** Memory of the codec for this many encoded bytes; fill it before decoding. */
    getEncodedBuffer(lengthBytes: number): Uint8Array
    decodeSubResolution(halvings: number): void
    getFrameInfo(): {
      readonly width: number
      readonly height: number
      readonly bitsPerSample: number
      readonly componentCount: number
      readonly isSigned: boolean
    }
    /** A view into the codec's memory: copy it before `delete`. */
    getDecodedBuffer(): Uint8Array
    delete(): void
  }
  export interface OpenJPH {
    HTJ2KDecoder: new () => HTJ2KDecoder
  }
  const factory: (options: { locateFile: (name: string) => string }) => Promise<OpenJPH>
  export default factory
}
declare module "@cornerstonejs/codec-openjph/wasm?url" {
  const url: string
  export default url
}
