// PS3.6 Table A-1, every Transfer Syntax a stored data set may have, edition 2024c as carried by pydicom 3.0.2, with rows of 2024d and 2025.
// Printed by deploy/generate/dicom-tables.ts, do not edit.

/** How the data set is written; "deflated" is explicit little endian under RFC 1951. */
export type Encoding = "implicit-le" | "explicit-le" | "explicit-be" | "deflated"

/** One transfer syntax; `encapsulated` says whether Pixel Data come in fragments (PS3.5 A.4). */
export interface TransferSyntax {
  readonly uid: string
  readonly keyword: string
  readonly name: string
  readonly retired: boolean
  readonly encoding: Encoding
  readonly encapsulated: boolean
}

export const TRANSFER_SYNTAXES: readonly TransferSyntax[] = [
  {"uid":"1.2.840.10008.1.2","keyword":"ImplicitVRLittleEndian","name":"Implicit VR Little Endian","retired":false,"encoding":"implicit-le","encapsulated":false},
  {"uid":"1.2.840.10008.1.2.1","keyword":"ExplicitVRLittleEndian","name":"Explicit VR Little Endian","retired":false,"encoding":"explicit-le","encapsulated":false},
  {"uid":"1.2.840.10008.1.2.1.98","keyword":"EncapsulatedUncompressedExplicitVRLittleEndian","name":"Encapsulated Uncompressed Explicit VR Little Endian","retired":false,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.1.99","keyword":"DeflatedExplicitVRLittleEndian","name":"Deflated Explicit VR Little Endian","retired":false,"encoding":"deflated","encapsulated":false},
  {"uid":"1.2.840.10008.1.2.2","keyword":"ExplicitVRBigEndian","name":"Explicit VR Big Endian","retired":true,"encoding":"explicit-be","encapsulated":false},
  {"uid":"1.2.840.10008.1.2.4.50","keyword":"JPEGBaseline8Bit","name":"JPEG Baseline (Process 1)","retired":false,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.51","keyword":"JPEGExtended12Bit","name":"JPEG Extended (Process 2 and 4)","retired":false,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.52","keyword":"JPEGExtended35","name":"JPEG Extended (Process 3 and 5)","retired":true,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.53","keyword":"JPEGSpectralSelectionNonHierarchical68","name":"JPEG Spectral Selection, Non-Hierarchical (Process 6 and 8)","retired":true,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.54","keyword":"JPEGSpectralSelectionNonHierarchical79","name":"JPEG Spectral Selection, Non-Hierarchical (Process 7 and 9)","retired":true,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.55","keyword":"JPEGFullProgressionNonHierarchical1012","name":"JPEG Full Progression, Non-Hierarchical (Process 10 and 12)","retired":true,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.56","keyword":"JPEGFullProgressionNonHierarchical1113","name":"JPEG Full Progression, Non-Hierarchical (Process 11 and 13)","retired":true,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.57","keyword":"JPEGLossless","name":"JPEG Lossless, Non-Hierarchical (Process 14)","retired":false,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.58","keyword":"JPEGLosslessNonHierarchical15","name":"JPEG Lossless, Non-Hierarchical (Process 15)","retired":true,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.59","keyword":"JPEGExtendedHierarchical1618","name":"JPEG Extended, Hierarchical (Process 16 and 18)","retired":true,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.60","keyword":"JPEGExtendedHierarchical1719","name":"JPEG Extended, Hierarchical (Process 17 and 19)","retired":true,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.61","keyword":"JPEGSpectralSelectionHierarchical2022","name":"JPEG Spectral Selection, Hierarchical (Process 20 and 22)","retired":true,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.62","keyword":"JPEGSpectralSelectionHierarchical2123","name":"JPEG Spectral Selection, Hierarchical (Process 21 and 23)","retired":true,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.63","keyword":"JPEGFullProgressionHierarchical2426","name":"JPEG Full Progression, Hierarchical (Process 24 and 26)","retired":true,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.64","keyword":"JPEGFullProgressionHierarchical2527","name":"JPEG Full Progression, Hierarchical (Process 25 and 27)","retired":true,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.65","keyword":"JPEGLosslessHierarchical28","name":"JPEG Lossless, Hierarchical (Process 28)","retired":true,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.66","keyword":"JPEGLosslessHierarchical29","name":"JPEG Lossless, Hierarchical (Process 29)","retired":true,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.70","keyword":"JPEGLosslessSV1","name":"JPEG Lossless, Non-Hierarchical, First-Order Prediction (Process 14 [Selection Value 1])","retired":false,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.80","keyword":"JPEGLSLossless","name":"JPEG-LS Lossless Image Compression","retired":false,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.81","keyword":"JPEGLSNearLossless","name":"JPEG-LS Lossy (Near-Lossless) Image Compression","retired":false,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.90","keyword":"JPEG2000Lossless","name":"JPEG 2000 Image Compression (Lossless Only)","retired":false,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.91","keyword":"JPEG2000","name":"JPEG 2000 Image Compression","retired":false,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.92","keyword":"JPEG2000MCLossless","name":"JPEG 2000 Part 2 Multi-component Image Compression (Lossless Only)","retired":false,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.93","keyword":"JPEG2000MC","name":"JPEG 2000 Part 2 Multi-component Image Compression","retired":false,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.94","keyword":"JPIPReferenced","name":"JPIP Referenced","retired":false,"encoding":"explicit-le","encapsulated":false},
  {"uid":"1.2.840.10008.1.2.4.95","keyword":"JPIPReferencedDeflate","name":"JPIP Referenced Deflate","retired":false,"encoding":"deflated","encapsulated":false},
  {"uid":"1.2.840.10008.1.2.4.100","keyword":"MPEG2MPML","name":"MPEG2 Main Profile / Main Level","retired":false,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.100.1","keyword":"MPEG2MPMLF","name":"Fragmentable MPEG2 Main Profile / Main Level","retired":false,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.101","keyword":"MPEG2MPHL","name":"MPEG2 Main Profile / High Level","retired":false,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.101.1","keyword":"MPEG2MPHLF","name":"Fragmentable MPEG2 Main Profile / High Level","retired":false,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.102","keyword":"MPEG4HP41","name":"MPEG-4 AVC/H.264 High Profile / Level 4.1","retired":false,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.102.1","keyword":"MPEG4HP41F","name":"Fragmentable MPEG-4 AVC/H.264 High Profile / Level 4.1","retired":false,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.103","keyword":"MPEG4HP41BD","name":"MPEG-4 AVC/H.264 BD-compatible High Profile / Level 4.1","retired":false,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.103.1","keyword":"MPEG4HP41BDF","name":"Fragmentable MPEG-4 AVC/H.264 BD-compatible High Profile / Level 4.1","retired":false,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.104","keyword":"MPEG4HP422D","name":"MPEG-4 AVC/H.264 High Profile / Level 4.2 For 2D Video","retired":false,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.104.1","keyword":"MPEG4HP422DF","name":"Fragmentable MPEG-4 AVC/H.264 High Profile / Level 4.2 For 2D Video","retired":false,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.105","keyword":"MPEG4HP423D","name":"MPEG-4 AVC/H.264 High Profile / Level 4.2 For 3D Video","retired":false,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.105.1","keyword":"MPEG4HP423DF","name":"Fragmentable MPEG-4 AVC/H.264 High Profile / Level 4.2 For 3D Video","retired":false,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.106","keyword":"MPEG4HP42STEREO","name":"MPEG-4 AVC/H.264 Stereo High Profile / Level 4.2","retired":false,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.106.1","keyword":"MPEG4HP42STEREOF","name":"Fragmentable MPEG-4 AVC/H.264 Stereo High Profile / Level 4.2","retired":false,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.107","keyword":"HEVCMP51","name":"HEVC/H.265 Main Profile / Level 5.1","retired":false,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.108","keyword":"HEVCM10P51","name":"HEVC/H.265 Main 10 Profile / Level 5.1","retired":false,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.201","keyword":"HTJ2KLossless","name":"High-Throughput JPEG 2000 Image Compression (Lossless Only)","retired":false,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.202","keyword":"HTJ2KLosslessRPCL","name":"High-Throughput JPEG 2000 with RPCL Options Image Compression (Lossless Only)","retired":false,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.203","keyword":"HTJ2K","name":"High-Throughput JPEG 2000 Image Compression","retired":false,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.204","keyword":"JPIPHTJ2KReferenced","name":"JPIP HTJ2K Referenced","retired":false,"encoding":"explicit-le","encapsulated":false},
  {"uid":"1.2.840.10008.1.2.4.205","keyword":"JPIPHTJ2KReferencedDeflate","name":"JPIP HTJ2K Referenced Deflate","retired":false,"encoding":"deflated","encapsulated":false},
  {"uid":"1.2.840.10008.1.2.5","keyword":"RLELossless","name":"RLE Lossless","retired":false,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.110","keyword":"JPEGXLLossless","name":"JPEG XL Lossless","retired":false,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.111","keyword":"JPEGXLJPEGRecompression","name":"JPEG XL JPEG Recompression","retired":false,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.4.112","keyword":"JPEGXL","name":"JPEG XL","retired":false,"encoding":"explicit-le","encapsulated":true},
  {"uid":"1.2.840.10008.1.2.8.1","keyword":"DeflatedImageFrameCompression","name":"Deflated Image Frame Compression","retired":false,"encoding":"explicit-le","encapsulated":true},
]
