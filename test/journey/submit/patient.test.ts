import assert from "node:assert/strict"
import { patientOf } from "../../../gateway/journey/submit/patient.ts"

describe("the patient of sourcePatientInfo", () => {
  it("has an id, three groups of names, a birth date and a sex", () => {
    const info = [
      "PID-3|00-0012345^^^&1.2.392.100495.20.3.51.11311234567&ISO",
      "PID-5|山田^太郎^^^^^L^I",
      "PID-5|やまだ^たろう^^^^^L^P",
      "PID-5|Yamada^Tarou^^^^^L^A",
      "PID-7|19450308",
      "PID-8|F",
    ]
    assert.deepEqual(patientOf(info), {
      PatientID: "00-0012345",
      ideographic: "山田 太郎",
      phonetic: "やまだ たろう",
      alphabetic: "Yamada Tarou",
      birthDate: "1945-03-08",
      sex: "F",
      nameMarked: false,
    })
  })

  it("may have its names in one field, repeated", () => {
    const { ideographic, alphabetic } = patientOf(["PID-5|Yamada^Tarou^^^^^L^A~山田^太郎^^^^^L^I"])
    assert.deepEqual([ideographic, alphabetic], ["山田 太郎", "Yamada Tarou"])
  })

  it("is empty where nothing, or nothing of ours, is told", () => {
    const nobody = patientOf(["PID-5|Yamada^Tarou", "PID-7|1945", "PID-8|A"])
    assert.deepEqual(
      [nobody.PatientID, nobody.ideographic, nobody.alphabetic, nobody.birthDate, nobody.sex],
      ["", "", "", null, ""],
    )
    assert.equal(patientOf(["PID-8|U"]).sex, "")
  })
})
