/**
 * Role names of HPKI's hcRole (certificate policy, table of qualifications and of directors): exact and case-sensitive.
 * `Medical Doctor` and `Pharmacist` were read in certificates; the others come from the table of the policy and are
 * compared as strings, so a spelling that differs refuses rather than accepts.
 */
export interface HealthcareRole {
  readonly text: string
  readonly japanese: string
  readonly kind: "qualification" | "director"
}

const qualification = (text: string, japanese: string): HealthcareRole => ({
  text,
  japanese,
  kind: "qualification",
})
const director = (text: string, japanese: string): HealthcareRole => ({ text, japanese, kind: "director" })

export const HEALTHCARE_ROLES: readonly HealthcareRole[] = [
  qualification("Medical Doctor", "医師"),
  qualification("Dentist", "歯科医師"),
  qualification("Pharmacist", "薬剤師"),
  qualification("Medical Technologist", "臨床検査技師"),
  qualification("Radiological Technologist", "診療放射線技師"),
  qualification("General Nurse", "看護師"),
  qualification("Public Health Nurse", "保健師"),
  qualification("Midwife", "助産師"),
  qualification("Physical Therapist", "理学療法士"),
  qualification("Occupational Therapist", "作業療法士"),
  qualification("Orthoptist", "視能訓練士"),
  qualification("Speech Therapist", "言語聴覚士"),
  qualification("Dental Technician", "歯科技工士"),
  qualification("National Registered Dietitian", "管理栄養士"),
  qualification("Certified Social Worker", "社会福祉士"),
  qualification("Certified Care Worker", "介護福祉士"),
  qualification("Emergency Medical Technician", "救急救命士"),
  qualification("Psychiatric Social Worker", "精神保健福祉士"),
  qualification("Clinical Engineer", "臨床工学技士"),
  qualification("Masseur", "あん摩マッサージ指圧師"),
  qualification("Acupuncturist", "はり師"),
  qualification("Moxibustion Practitioner", "きゅう師"),
  qualification("Dental Hygienist", "歯科衛生士"),
  qualification("Prosthetics & Orthotics", "義肢装具士"),
  qualification("Artificial Limb Fitter", "義肢装具士"),
  qualification("Judo Therapist", "柔道整復師"),
  qualification("Clinical Laboratory Technician", "衛生検査技師"),
  director("Director of Hospital", "病院長"),
  director("Director of Clinic", "診療所院長"),
  director("Supervisor of Pharmacy", "管理薬剤師"),
  director("Proprietor of Pharmacy", "薬局開設者"),
  director("Director", "その他の保健医療福祉機関の管理責任者"),
]

/** 医師 for `Medical Doctor`; the text itself when the table does not know it. */
export const japaneseRole = (text: string): string =>
  HEALTHCARE_ROLES.find((role) => role.text === text)?.japanese ?? text
