/**
 * The fixed identifiers of XDS metadata in ebRIM 3.0 (ITI TF-3 4.2.5; ebRIM 3.0; XDS.b schemas).
 */

export const RIM = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
export const LCM = "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"
export const RS = "urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0"
export const XDS_B = "urn:ihe:iti:xds-b:2007"

/** ITI TF-3 table 4.2.5.2-1: classification schemes and identification schemes of a DocumentEntry. */
export const DOCUMENT_ENTRY = {
  stable: "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1",
  onDemand: "urn:uuid:34268e47-fdf5-41a6-ba33-82133c465248",
  author: "urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d",
  classCode: "urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a",
  confidentialityCode: "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f",
  eventCodeList: "urn:uuid:2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4",
  formatCode: "urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d",
  healthcareFacilityTypeCode: "urn:uuid:f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1",
  practiceSettingCode: "urn:uuid:cccf5598-8b07-4b77-a05e-ae952c785ead",
  typeCode: "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983",
  limitedMetadata: "urn:uuid:ab9b591b-83ab-4d03-8f5d-f93b1fb92e85",
  patientId: "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427",
  uniqueId: "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab",
} as const

/** ITI TF-3 table 4.2.5.2-2. `node` is the label that makes a RegistryPackage a SubmissionSet. */
export const SUBMISSION_SET = {
  node: "urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd",
  author: "urn:uuid:a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d",
  contentTypeCode: "urn:uuid:aa543740-bdda-424e-8c96-df4873be8500",
  limitedMetadata: "urn:uuid:5003a9db-8d8d-49e6-bf0c-990e34ac7707",
  patientId: "urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446",
  uniqueId: "urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8",
  sourceId: "urn:uuid:554ac39e-e3fe-47fe-b233-965d2a147832",
} as const

/** ITI TF-3 table 4.2.5.2-3. Folders are recognised and not kept. */
export const FOLDER = {
  node: "urn:uuid:d9d542f3-6cc4-48b6-8870-ea235fbc94c2",
  patientId: "urn:uuid:f64ffdf0-4b97-4e06-b79f-a52b38ec2f8a",
  uniqueId: "urn:uuid:75df8f67-9973-4fbe-a900-df66cefecc5a",
} as const

/** ebRIM objectType of the parts of a registry object. */
export const OBJECT_TYPE = {
  classification: "urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:Classification",
  externalIdentifier: "urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:ExternalIdentifier",
  association: "urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:Association",
  registryPackage: "urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:RegistryPackage",
} as const

export const HAS_MEMBER = "urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember"

/** ITI TF-3 4.2.2.2: relationships between DocumentEntries. */
export const ASSOCIATION_TYPE = {
  APND: "urn:ihe:iti:2007:AssociationType:APND",
  RPLC: "urn:ihe:iti:2007:AssociationType:RPLC",
  XFRM: "urn:ihe:iti:2007:AssociationType:XFRM",
  XFRM_RPLC: "urn:ihe:iti:2007:AssociationType:XFRM_RPLC",
  signs: "urn:ihe:iti:2007:AssociationType:signs",
} as const

/** The ITI-41 slot names we know, with their URN-named exception. */
export const REFERENCE_ID_LIST = "urn:ihe:iti:xds:2013:referenceIdList"

/** What a value of referenceIdList names, CXi.5 (ITI TF-3 4.2.3.2.28; XDW). */
export const REFERENCE_TYPE = {
  accession: "urn:ihe:iti:xds:2013:accession",
  order: "urn:ihe:iti:xds:2013:order",
  study: "urn:ihe:iti:xds:2016:studyInstanceUID",
  uniqueId: "urn:ihe:iti:xds:2013:uniqueId",
  workflow: "urn:ihe:iti:xdw:2013:workflowInstanceId",
} as const
export type ReferenceType = (typeof REFERENCE_TYPE)[keyof typeof REFERENCE_TYPE]

/** Object ids are compared as written, except that a UUID URN means the same in either case (RFC 9562 §4). */
export function objectId(id: string): string {
  return /^urn:uuid:/i.test(id) ? id.toLowerCase() : id
}
