/** The messages of the chapter about the inventory. */
import type { ApplicationField, AttestationState } from "./documents";

const id = {
  intro:
    "Kelengkapan inventaris aplikasi per OPD dan pernyataan OPD bahwa daftarnya lengkap. Baru setelah keduanya cukup, aplikasi atau pertukaran yang tidak tercatat dapat dianggap tidak ada.",
  importFile: "Impor dari berkas",
  download: "Unduh daftar aplikasi:",
  downloadAs: (format: string) => `Unduh daftar aplikasi sebagai ${format}`,
  template: "Unduh templat",
  summary: (applications: number, filled: number, required: number, share: string) =>
    `Inventaris memuat ${applications} aplikasi. Dari ${required} isian wajib, ${filled} sudah terisi (${share}).`,
  empty: "Inventaris ini belum memuat aplikasi.",
  sufficient: "Kelengkapan ini mencapai batas 80%.",
  insufficient: "Kelengkapan ini belum mencapai batas 80%.",
  attestedOpds: (count: number, total: number) =>
    `${count} dari ${total} OPD menjamin inventarisnya: pernyataannya berlaku dan isiannya cukup.`,
  policy: (year: number) => `Kebijakan pembangunan aplikasi berlaku sejak ${year}:`,
  noPolicy:
    "Kebijakan pembangunan aplikasi belum dicatat, sehingga indikator 15 belum dapat diperiksa lewat konsultasi.",
  exempt: (reason: string) => `dikecualikan dari sistem penghubung: ${reason}`,
  method:
    "Isian wajib per aplikasi: OPD pemilik, status, fungsi, platform, dan tahun; pilihan proyek ini dari catatan SIA-SPBE. Batas cukup adalah 80%.",
  opd: "OPD",
  applications: "Aplikasi",
  completeness: "Kelengkapan",
  filledCount: (filled: number, required: number) => `${filled} dari ${required}`,
  attestation: "Pernyataan lengkap",
  missing: "Isian yang kosong",
  noApplications: "belum ada aplikasi tercatat",
  nothingMissing: "tidak ada",
  missingCount: (count: number) => `${count} aplikasi`,
  missingFields: (application: string, fields: string) => `${application}: ${fields}`,
  unlistedCount: (count: number) => `dan ${count} aplikasi lainnya`,
  ownerUnknown: (count: number) => `OPD tidak diketahui (${count} aplikasi)`,
  state: {
    VALID: "berlaku",
    NEVER_GIVEN: "belum pernah diberikan",
    EXPIRED: "kedaluwarsa",
    INVALIDATED: "gugur",
  } satisfies Record<AttestationState, string>,
  attested: (at: string, until: string) => `diberikan ${at}, berlaku sampai ${until}`,
  expired: (until: string) => `berlaku sampai ${until}`,
  invalidated: (application: string, at: string) => `setelah ${application} diubah pihak lain pada ${at}`,
  field: {
    OPD: "OPD pemilik",
    STATUS: "status",
    FUNCTION_TEXT: "fungsi",
    PLATFORM: "platform",
    YEAR: "tahun",
  } satisfies Record<ApplicationField, string>,
};

const en: typeof id = {
  intro:
    "How complete each OPD's inventory is, and whether the OPD vouches for it. Only when both suffice can something that is not listed be taken as absent.",
  importFile: "Import from a file",
  download: "Download the applications:",
  downloadAs: (format) => `Download the applications as ${format}`,
  template: "Download the template",
  summary: (applications, filled, required, share) =>
    `The inventory lists ${applications} applications. Of ${required} required fields, ${filled} are filled (${share}).`,
  empty: "This inventory lists no application.",
  sufficient: "This reaches the threshold of 80%.",
  insufficient: "This is below the threshold of 80%.",
  attestedOpds: (count, total) => `${count} of ${total} OPDs vouch for their inventory: the attestation is valid and enough is filled.`,
  policy: (year) => `The policy on building applications holds since ${year}:`,
  noPolicy:
    "No policy on building applications is recorded, so indicator 15 cannot be held against consultations yet.",
  exempt: (reason) => `exempt from the service bus: ${reason}`,
  method:
    "Required fields of an application: owning OPD, status, function, platform and year; a choice of this project from the record of SIA-SPBE. Enough is 80%.",
  opd: "OPD",
  applications: "Applications",
  completeness: "Completeness",
  filledCount: (filled, required) => `${filled} of ${required}`,
  attestation: "Attestation",
  missing: "Open fields",
  noApplications: "no application listed",
  nothingMissing: "none",
  missingCount: (count) => `${count} applications`,
  missingFields: (application, fields) => `${application}: ${fields}`,
  unlistedCount: (count) => `and ${count} more applications`,
  ownerUnknown: (count) => `OPD unknown (${count} applications)`,
  state: { VALID: "holds", NEVER_GIVEN: "never given", EXPIRED: "expired", INVALIDATED: "broken" },
  attested: (at, until) => `given ${at}, holds until ${until}`,
  expired: (until) => `held until ${until}`,
  invalidated: (application, at) => `after another person changed ${application} on ${at}`,
  field: { OPD: "owning OPD", STATUS: "status", FUNCTION_TEXT: "function", PLATFORM: "platform", YEAR: "year" },
};

export const inventory = { id, en };
