import assert from "node:assert/strict"
import { mayTryAgain, severityOf } from "../../../gateway/standards/xds/error-codes.ts"
import type { RegistryResponse } from "../../../gateway/standards/xds/registry-response.ts"
import { readRegistryResponse } from "../../../gateway/standards/xds/registry-response-reader.ts"
import { writeRegistryResponse } from "../../../gateway/standards/xds/registry-response-writer.ts"
import { readXml } from "../../../gateway/standards/xml/reader.ts"

const read = (xml: string) => readRegistryResponse(readXml(xml))
const written = (response: RegistryResponse) => writeRegistryResponse(response).text

const ERROR = { errorCode: "XDSNonIdenticalHash", codeContext: "1.2 <3>", severity: "Error" } as const
const WARNING = { errorCode: "DocumentQueued", codeContext: "1.2.3", severity: "Warning" } as const

describe("RegistryResponse", () => {
  it("reads back as it was written", () => {
    const responses: readonly RegistryResponse[] = [
      { status: "Success", errors: [] },
      { status: "Success", errors: [WARNING] },
      { status: "Failure", errors: [ERROR, WARNING] },
    ]
    for (const response of responses) assert.deepEqual(read(written(response)), response)
  })

  it("is judged by severity, whatever its status says", () => {
    const failed = written({ status: "Failure", errors: [ERROR] })
    assert.equal(read(failed.replace(":Failure", ":Success")).status, "Failure")
    assert.equal(
      read(written({ status: "Success", errors: [WARNING] }).replace("Type:Success", "Type:Warning")).status,
      "Success",
    )
    assert.equal(
      read(failed.replace("ResponseStatusType:Failure", "ResponseStatusType:PartialSuccess")).status,
      "Failure",
    )
  })

  it("stays a Failure without a list", () => {
    assert.deepEqual(read(written({ status: "Failure", errors: [] })), { status: "Failure", errors: [] })
  })

  it("takes a severity that is missing from the table", () => {
    const bare = written({ status: "Success", errors: [WARNING] }).replace(/ severity="[^"]*"/, "")
    assert.deepEqual(read(bare), { status: "Success", errors: [WARNING] })
  })

  it("is refused with another status or as another element", () => {
    assert.throws(() => read(written({ status: "Success", errors: [] }).replace(":Success", ":Perhaps")), {
      code: "XDS_RESPONSE",
    })
    assert.throws(() => read("<RegistryResponse/>"), { code: "XDS_RESPONSE" })
  })
})

describe("RegistryError codes", () => {
  it("tell what may be tried again", () => {
    assert.deepEqual(
      ["XDSRepositoryBusy", "XDSRepositoryOutOfResources", "XDSRepositoryError", "toString", "X"].map(
        mayTryAgain,
      ),
      [true, true, false, false, false],
    )
  })
  it("count as errors when unknown", () => {
    assert.deepEqual(["DocumentQueued", "UnknownRecipient", "X"].map(severityOf), [
      "Warning",
      "Error",
      "Error",
    ])
  })
})
