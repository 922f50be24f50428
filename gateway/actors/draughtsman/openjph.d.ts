/** The part of OpenJPH's wasm build that we use; the package brings no types. */
declare module "@cornerstonejs/codec-openjph" {
  export interface FrameInfo {
    width: number
    height: number
    /** Samples are one byte up to 8 bits, two bytes (little endian) above. */
    bitsPerSample: number
    componentCount: number
    isSigned: boolean
    isUsingColorTransform: boolean
  }

  export interface HTJ2KEncoder {
    /** A view into wasm memory to be filled before `encode`. */
    getDecodedBuffer(frame: FrameInfo): Uint8Array
    setQuality(reversible: boolean, quantization: number): void
    /** 0 LRCP, 1 RLCP, 2 RPCL, 3 PCRL, 4 CPRL. */
    setProgressionOrder(order: number): void
    setDecompositions(levels: number): void
    setBlockDimensions(size: { width: number; height: number }): void
    setTLMMarker(present: boolean): void
    setTilePartDivisionsAtResolutions(divide: boolean): void
    encode(): void
    /** A view into wasm memory: copy before `delete`. */
    getEncodedBuffer(): Uint8Array
    delete(): void
  }

  export interface HTJ2KDecoder {
    getEncodedBuffer(lengthBytes: number): Uint8Array
    decode(): void
    getFrameInfo(): FrameInfo
    getDecodedBuffer(): Uint8Array
    delete(): void
  }

  export interface OpenJPH {
    HTJ2KEncoder: new () => HTJ2KEncoder
    HTJ2KDecoder: new () => HTJ2KDecoder
  }

  export default function openjph(): Promise<OpenJPH>
}
