/** The messages of the chapter about verification: flags, findings and gaps as sentences. */
import type { Defect } from "../integration/documents";
import type { DocumentKind, RequirementState, Flag, Gap, State } from "./documents";

/** The claim and the bounds of the evidence, from which the sentence of a verdict is made. */
interface Bounds {
  claim: number;
  ceiling: number;
  notRefuted: number;
}

const id = {
  intro:
    "Level yang diklaim dihadapkan pada inventaris dan pertukaran data yang tercatat. Bukti hanya dapat mendukung, membatasi, atau menyarankan peninjauan; tidak ada level yang dinaikkan di sini. Asesor yang memutuskan.",
  instrument: "Instrumen",
  claimKind: "Klaim dari",
  claimed: "Diklaim",
  supported: "Didukung bukti",
  notRefuted: "Tidak terbantah",
  readingNote: {
    claimed: "Semua level sebagaimana diklaim.",
    supported: "Setiap klaim paling tinggi setinggi yang ditunjukkan bukti hari ini.",
    notRefuted: "Hanya klaim yang terbantah yang diturunkan.",
  },
  incomplete: "Indikator yang belum diklaim dihitung pada level terendah.",
  ofAssessment: (kind: string, year: number, state: string) =>
    `Klaim diambil dari ${kind.toLowerCase()} tahun ${year} (${state}).`,
  state: {
    DRAFT: "draf",
    SUBMITTED: "diajukan",
    RETURNED: "dikembalikan",
    PUBLISHED: "dipublikasikan",
  } satisfies Record<State, string>,
  boundsOnly:
    "Tidak ada penilaian dengan level yang dapat dilihat di sini. Karena itu yang tampil hanya batas: level yang sudah ditunjukkan bukti dan level yang belum terbantah, tanpa klaim.",
  documentsOpen:
    "Penyerahan dokumen masih terbuka: dokumen yang belum ada di sini tidak membuktikan apa pun.",
  secondary: "Aturan ini bersandar pada sumber sekunder dan tidak membantah klaim apa pun.",
  secondaryShort: "sumber sekunder",
  column: {
    indicator: "Indikator",
    claim: "Klaim",
    ceiling: "Batas bukti",
    notRefuted: "Belum terbantah",
    flag: "Hasil",
  },
  noClaim: "tanpa klaim",
  upTo: (level: number) => `sampai ${level}`,
  flag: {
    OVER_CLAIM: "Melebihi bukti",
    UNDER_CLAIM: "Mungkin terlalu rendah",
    SUPPORTED: "Didukung",
    UNVERIFIABLE: "Belum dapat diverifikasi",
  } satisfies Record<Flag, string>,
  verdict: {
    OVER_CLAIM: ({ claim, ceiling }: Bounds) =>
      `Klaim level ${claim} terbantah: bukti hanya mendukung sampai level ${ceiling}.`,
    UNDER_CLAIM: ({ claim, ceiling }: Bounds) =>
      `Klaim level ${claim} lebih rendah daripada level ${ceiling} yang ditunjukkan bukti. Layak ditinjau; level tidak dinaikkan di sini.`,
    SUPPORTED: ({ claim }: Bounds) => `Klaim level ${claim} tidak melampaui bukti.`,
    UNVERIFIABLE: ({ claim, ceiling, notRefuted }: Bounds) =>
      `Klaim level ${claim} belum dapat diverifikasi: bukti baru mendukung sampai level ${ceiling}, tetapi sampai level ${notRefuted} tidak ada yang membantah.`,
  } satisfies Record<Flag, (bounds: Bounds) => string>,
  bounds: (ceiling: number, notRefuted: number) =>
    `Bukti menunjukkan sampai level ${ceiling}; sampai level ${notRefuted} tidak ada yang terbantah.`,
  notSupported: (level: number, notRefuted: number) =>
    `Level ${level} belum ditunjukkan bukti; sampai level ${notRefuted} tidak ada yang terbantah.`,
  noEvidenceBelow: (level: number) =>
    `Di bawah level ${level} aturan ini tidak meminta bukti, sehingga level yang lebih rendah diterima apa adanya.`,
  finding: {
    MET: "terpenuhi",
    UNKNOWN: "belum diketahui",
    FAILED: "tidak terpenuhi",
  } satisfies Record<RequirementState, string>,
  requirements: "Yang diminta aturan",
  evidence: "Bukti",
  documents: (names: string) => `Dokumen: ${names}`,
  missing: "Yang masih kurang",
  missingFor: (level: number) => `untuk level ${level}`,
  nothingMissing: "Tidak ada yang kurang.",
  unlisted: (count: number) => `Masih ada ${count} hal lain yang kurang.`,
  originStatement: (indicator: number) => `penilaian bukti indikator ${indicator}`,
  gap: {
    OPD_NOT_ON_BUS: (names: string, count: number) =>
      `${count} OPD belum tercatat bertukar data lewat sistem penghubung layanan: ${names}.`,
    NOT_ATTESTED: (names: string, count: number) =>
      names
        ? `Inventaris ${count} OPD belum dijamin lengkap: ${names}. Karena itu pertukaran yang tidak tercatat belum membuktikan apa pun.`
        : "Ada aplikasi yang pemiliknya tidak diketahui, sehingga tidak ada OPD yang menjamin inventarisnya.",
    NO_OPD: () => "Tidak ada OPD dalam cakupan, sehingga belum ada yang menjamin kelengkapan inventaris.",
    NO_APPLICATION: () => "Tidak ada aplikasi yang diketahui melayani indikator ini.",
    SERVICE_UNKNOWN: (names: string, count: number) =>
      `Layanan yang didukung oleh ${count} aplikasi belum diketahui: ${names}.`,
    NO_EXCHANGE: (names: string, count: number) =>
      names
        ? `${count} aplikasi belum memiliki pertukaran data yang diperhitungkan: ${names}.`
        : "Belum ada pertukaran data yang memenuhi syarat ini.",
    NOT_COUNTED: (names: string, count: number) =>
      `${count} pertukaran data tercatat tetapi belum diperhitungkan: ${names}.`,
    OWNER_UNKNOWN: (names: string, count: number) =>
      `Pada ${count} pertukaran data, pihak di luar daerah hanya dikenal namanya: ${names}.`,
    PARTNER_NOT_NAMED: (names: string, count: number) =>
      `${count} pertukaran data menuju layanan yang tidak disebut sebagai contoh mitra; asesor yang menilainya: ${names}.`,
    NO_DOCUMENT: (names: string) => `Belum ada ${names}.`,
    DOCUMENT_UNDATED: (names: string, count: number) => `${count} dokumen tidak bertanggal: ${names}.`,
    NOT_CONSULTED: (names: string, count: number) =>
      `${count} aplikasi tercatat tanpa konsultasi: ${names}.`,
    CONSULTATION_UNKNOWN: (names: string, count: number) =>
      names
        ? `Konsultasi atas ${count} aplikasi tidak diketahui: ${names}.`
        : "Belum ada catatan konsultasi pembangunan aplikasi.",
    DUPLICATE: (names: string, count: number) =>
      `${count} pasang aplikasi yang dibangun tampak serupa: ${names}.`,
    NOT_DECIDABLE: () => "Inventaris dan dokumen tidak dapat menjawab syarat ini; asesor yang menilainya.",
  } satisfies Record<Gap, (names: string, count: number) => string>,
  document: {
    DOCUMENT: "dokumen",
    REVIEW: "dokumen reviu",
    FOLLOW_UP: "dokumen tindak lanjut reviu",
    MACHINE_LOG: "log mesin",
  } satisfies Record<DocumentKind, string>,
  withReasons: (name: string, reasons: string) => `${name} (${reasons})`,
  defect: {
    PLANNED: "masih direncanakan",
    WITHDRAWN: "sudah ditarik",
    UNDOCUMENTED: "baru diklaim, belum ada dokumen",
    OUT_OF_DATE: "verifikasinya lebih dari setahun yang lalu",
    DATE_UNKNOWN: "tanggal verifikasinya tidak diketahui",
    BY_HAND: "dilakukan secara manual",
    FILE_UNCONFIRMED: "lewat berkas dan belum dikonfirmasi mitra",
    MODE_UNKNOWN: "caranya tidak diketahui",
    END_NOT_IN_USE: "salah satu aplikasinya tidak dipakai",
  } satisfies Record<Defect, string>,
};

const en: typeof id = {
  intro:
    "Claimed levels held against the inventory and the data exchanges on record. Evidence can support, cap or nominate; no level is raised here. Assessors decide.",
  instrument: "Instrument",
  claimKind: "Claims of",
  claimed: "Claimed",
  supported: "Supported by evidence",
  notRefuted: "Not refuted",
  readingNote: {
    claimed: "All levels as claimed.",
    supported: "Each claim at most at what the evidence shows today.",
    notRefuted: "Only refuted claims are lowered.",
  },
  incomplete: "Indicators without a claim count at the lowest level.",
  ofAssessment: (kind, year, state) => `The claims are those of the ${kind.toLowerCase()} of ${year} (${state}).`,
  state: { DRAFT: "draft", SUBMITTED: "submitted", RETURNED: "returned", PUBLISHED: "published" },
  boundsOnly:
    "No assessment with levels can be seen here. So these are bounds only: the level that the evidence shows, and the level that nothing refutes, without a claim.",
  documentsOpen: "Documents may still be handed in: the absence of one proves nothing.",
  secondary: "This rule rests on secondary sources and refutes no claim.",
  secondaryShort: "secondary sources",
  column: {
    indicator: "Indicator",
    claim: "Claim",
    ceiling: "Evidence up to",
    notRefuted: "Not refuted",
    flag: "Outcome",
  },
  noClaim: "no claim",
  upTo: (level) => `up to ${level}`,
  flag: {
    OVER_CLAIM: "Above the evidence",
    UNDER_CLAIM: "Perhaps too low",
    SUPPORTED: "Supported",
    UNVERIFIABLE: "Cannot be verified yet",
  },
  verdict: {
    OVER_CLAIM: ({ claim, ceiling }) => `The claim of level ${claim} is refuted: evidence shows level ${ceiling}.`,
    UNDER_CLAIM: ({ claim, ceiling }) =>
      `The claim of level ${claim} is below level ${ceiling}, which the evidence shows. Worth a review; no level is raised here.`,
    SUPPORTED: ({ claim }) => `The claim of level ${claim} does not exceed the evidence.`,
    UNVERIFIABLE: ({ claim, ceiling, notRefuted }) =>
      `The claim of level ${claim} cannot be verified yet: evidence shows level ${ceiling}, and up to level ${notRefuted} nothing refutes it.`,
  },
  bounds: (ceiling, notRefuted) =>
    `Evidence shows level ${ceiling}; up to level ${notRefuted} nothing is refuted.`,
  notSupported: (level, notRefuted) =>
    `Evidence does not show level ${level} yet; up to level ${notRefuted} nothing is refuted.`,
  noEvidenceBelow: (level) =>
    `Below level ${level} this rule asks for no evidence, so lower levels are taken as they are.`,
  finding: { MET: "met", UNKNOWN: "not known", FAILED: "not met" },
  requirements: "What the rule asks",
  evidence: "Evidence",
  documents: (names) => `Documents: ${names}`,
  missing: "What is missing",
  missingFor: (level) => `for level ${level}`,
  nothingMissing: "Nothing is missing.",
  unlisted: (count) => `${count} more things are missing.`,
  originStatement: (indicator) => `verdict on indicator ${indicator}`,
  gap: {
    OPD_NOT_ON_BUS: (names, count) => `${count} OPDs have no exchange over the service bus on record: ${names}.`,
    NOT_ATTESTED: (names, count) =>
      names
        ? `The inventories of ${count} OPDs are not vouched for: ${names}. So an exchange that is not on record proves nothing.`
        : "Some applications have no known owner, so no OPD vouches for their inventory.",
    NO_OPD: () => "No OPD is in scope, so none vouches that the inventory is complete.",
    NO_APPLICATION: () => "No application is known to serve this indicator.",
    SERVICE_UNKNOWN: (names, count) => `What ${count} applications serve is not known: ${names}.`,
    NO_EXCHANGE: (names, count) =>
      names
        ? `${count} applications have no exchange that counts: ${names}.`
        : "No data exchange meets this yet.",
    NOT_COUNTED: (names, count) => `${count} exchanges are on record but do not count: ${names}.`,
    OWNER_UNKNOWN: (names, count) =>
      `Of ${count} exchanges, the far end is known by name only: ${names}.`,
    PARTNER_NOT_NAMED: (names, count) =>
      `${count} exchanges go to a service that is not among the named examples of partners; assessors judge them: ${names}.`,
    NO_DOCUMENT: (names) => `There is no ${names}.`,
    DOCUMENT_UNDATED: (names, count) => `${count} documents have no date: ${names}.`,
    NOT_CONSULTED: (names, count) => `${count} applications are on record without consultation: ${names}.`,
    CONSULTATION_UNKNOWN: (names, count) =>
      names
        ? `The consultation of ${count} applications is not known: ${names}.`
        : "No consultation on building applications is on record.",
    DUPLICATE: (names, count) => `${count} pairs of applications look similar: ${names}.`,
    NOT_DECIDABLE: () => "Neither inventory nor documents can answer this; assessors judge it.",
  },
  document: {
    DOCUMENT: "document",
    REVIEW: "review document",
    FOLLOW_UP: "document of the follow-up",
    MACHINE_LOG: "machine log",
  },
  withReasons: id.withReasons,
  defect: {
    PLANNED: "planned only",
    WITHDRAWN: "withdrawn",
    UNDOCUMENTED: "claimed only, without a document",
    OUT_OF_DATE: "verified more than a year ago",
    DATE_UNKNOWN: "date of verification unknown",
    BY_HAND: "done by hand",
    FILE_UNCONFIRMED: "by file, not confirmed by the counterpart",
    MODE_UNKNOWN: "mode unknown",
    END_NOT_IN_USE: "an application at one end is not in use",
  },
};

export const verification = { id, en };
