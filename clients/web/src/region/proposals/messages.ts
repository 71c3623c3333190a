/** The messages of the chapter about consolidation. */
import type {
  ConfidenceFactor,
  DecisionProblem,
  MissingInputKind,
  ProposalChoice,
  ProposalKind,
  ProposalStatus,
  ReasonCode,
  ReasonValueName,
} from "./documents";

/** The known values in the text of a reason. */
export type ReasonValues = Partial<Record<ReasonValueName, string>>;

const id = {
  intro:
    "Saran yang dihitung dari inventaris menurut satu aturan. Tidak ada yang dijalankan otomatis; orang yang memutuskan.",
  none: "Tidak ada usulan untuk inventaris ini.",
  notAuthorised: "Akun Anda tidak berwenang memutuskan usulan daerah ini; usulan hanya dapat dibaca.",
  kind: {
    RETIRE: "Hentikan",
    REPLACE: "Ganti dengan aplikasi umum",
    MERGE: "Gabungkan",
    SHARE: "Ambil alih dari daerah lain",
    INTEGRATE: "Hubungkan",
    KEEP: "Pertahankan",
  } satisfies Record<ProposalKind, string>,
  sentence: {
    RETIRE: (names: string) => `Hentikan ${names}.`,
    REPLACE: (names: string, successor: string) => `Ganti ${names} dengan aplikasi umum ${successor}.`,
    MERGE: (names: string) => `Gabungkan ${names} menjadi satu.`,
    SHARE: (names: string) => `Pertimbangkan mengambil alih ${names}.`,
    INTEGRATE: (names: string) => `Hubungkan ${names}.`,
    KEEP: (names: string) => `Pertahankan ${names}.`,
  } satisfies Record<ProposalKind, (names: string, successor: string) => string>,
  reason: {
    REPORTED_INACTIVE: () => "Dilaporkan tidak aktif.",
    NO_USERS: () => "Tercatat tanpa pengguna.",
    AFTER_REPOINTING: ({ INTEGRATION_COUNT: integrations }) =>
      `Baru setelah ${integrations} pertukaran datanya dialihkan.`,
    NO_ACTIVE_EXCHANGE_KNOWN: () => "Tidak diketahui ada yang masih menerima data darinya.",
    SAME_FUNCTION_AS_COMMON_APPLICATION: ({ FUNCTION_ID: name }) =>
      `Fungsinya, ${name}, sudah dilayani aplikasi umum.`,
    EXCEPTION_POSSIBLE: ({ LEGAL_BASIS: basis }) =>
      `Aplikasi sendiri masih dimungkinkan lewat pengecualian ${basis}, dengan analisis biaya-manfaat dan pertimbangan.`,
    MANDATED: ({ LEGAL_BASIS: basis }) => `Diwajibkan oleh ${basis}.`,
    MANDATE_NOT_CONFIRMED: ({ LEGAL_BASIS: basis }) =>
      `Sumber kami menyebut ${basis}, tetapi belum dipastikan bahwa daerah wajib memakai aplikasi umum itu.`,
    SAME_FUNCTION: ({ FUNCTION_ID: name }) => `Melayani fungsi yang sama: ${name}.`,
    FUNCTION_NOT_IN_INVENTORY: ({ FUNCTION_ID: name }) => `Fungsi ${name} tidak tampak dalam inventaris ini.`,
    ANOTHER_REGION_SERVES_IT: ({ REGION_CODE: region, LEVEL: level }) => `Daerah ${region} melayaninya pada level ${level}.`,
    BYPASSES_HUB: ({ INTEGRATION_MODE: mode, DATA_OBJECT: data }) =>
      `Pertukaran ${data} berlangsung ${mode}, padahal kedua aplikasi sudah tersambung ke sistem penghubung.`,
    REQUIRED_EXCHANGE_MISSING: ({ DATA_OBJECT: data, RULE: rule }) => `Pertukaran yang lazim diperlukan belum ada: ${data ?? rule}.`,
    NOTHING_BETTER_KNOWN: ({ FUNCTION_ID: name }) =>
      `Melayani fungsi ${name}; tidak diketahui ada yang lebih baik.`,
    ON_HUB: () => "Tersambung ke sistem penghubung, sedangkan pembanding terdekat belum.",
    MORE_EVIDENCED_EXCHANGES: ({ SURVIVOR_VALUE: survivor, RUNNER_UP_VALUE: next = "tidak diketahui" }) =>
      `Pertukarannya, dibobot menurut bukti, ${survivor}; pembanding terdekat ${next}.`,
    MORE_USERS: ({ SURVIVOR_VALUE: survivor, RUNNER_UP_VALUE: next = "tidak diketahui" }) =>
      `Penggunanya ${survivor}; pembanding terdekat ${next}.`,
    BETTER_FIT: ({ SURVIVOR_VALUE: survivor, RUNNER_UP_VALUE: next = "tidak diketahui" }) =>
      `Kesesuaiannya ${survivor}; pembanding terdekat ${next}.`,
    EQUAL_IN_ALL_KNOWN: () =>
      "Semua yang diketahui sama baiknya, sehingga pilihan ini hanya menurut urutan.",
  } satisfies Record<ReasonCode, (values: ReasonValues) => string>,
  survivor: (name: string, reason: string) => `Yang diteruskan adalah ${name}. ${reason}`,
  evidence: "Bukti",
  impact: "Yang harus dialihkan",
  noImpact: "Tidak ada pertukaran tercatat yang harus dialihkan.",
  impactText: (exchanges: number, names: string) =>
    names ? `${exchanges} pertukaran, dengan ${names}.` : `${exchanges} pertukaran.`,
  saving: "Penghematan per tahun",
  unknown: "tidak diketahui",
  confidence: "Keyakinan",
  weakest: (value: string, parts: number) =>
    parts > 1 ? `${value}, yaitu yang terlemah dari:` : `${value}, karena`,
  noConfidence: "tidak diketahui, karena salah satu bagiannya tidak diketahui:",
  confidencePartText: (name: string, value: string) => `${name} ${value}`,
  confidenceFactor: {
    FUNCTION: "kesamaan fungsi",
    INVENTORY_COMPLETENESS: "kelengkapan inventaris",
    EVIDENCE_GRADE: "derajat bukti",
  } satisfies Record<ConfidenceFactor, string>,
  legalBasis: "Dasar hukum",
  missing: "Yang belum diketahui",
  missingInput: {
    YEARLY_COST: (name: string) => `biaya tahunan ${name}`,
    MIGRATION_COST: (name: string) => `biaya migrasi ${name}`,
    ADDED_YEARLY_COST: (name: string) => `tambahan biaya tahunan ${name}`,
    ALTERNATIVE_COST: () => "biaya bila tidak dilakukan",
    MANDATE: () => "apakah daerah wajib memakai aplikasi umum itu",
    NEED_FOR_FUNCTION: () => "apakah fungsi ini diperlukan di sini",
    NEED_FOR_EXCHANGE: () => "apakah pekerjaan di sini memerlukan pertukaran ini",
    SOURCE_CODE_PERMISSION: () => "apakah kode sumbernya boleh diberikan",
    CHOICE_OF_APPLICATION: (name: string, count: number) =>
      `aplikasi mana yang tepat: ${name} dipilih dari ${count} yang memenuhi`,
    INVENTORY_COMPLETENESS: () => "kelengkapan inventaris",
  } satisfies Record<MissingInputKind, (name: string, count: number) => string>,
  status: {
    OPEN: "Belum diputuskan",
    ACCEPTED: "Diterima",
    REJECTED: "Ditolak",
    DEFERRED: "Ditunda",
  } satisfies Record<ProposalStatus, string>,
  decidedBy: (name: string) => `Oleh ${name}.`,
  decidedOn: (status: string, day: string) => `${status} pada ${day}.`,
  decidedEarlier: (decision: string, day: string) =>
    `Pernah ${decision.toLowerCase()} pada ${day}, tetapi dasarnya sudah berubah sehingga terbuka lagi.`,
  choiceMade: { ACCEPT: "Diterima", REJECT: "Ditolak", DEFER: "Ditunda" } satisfies Record<ProposalChoice, string>,
  decide: "Putuskan usulan ini",
  choice: { ACCEPT: "Terima", REJECT: "Tolak", DEFER: "Tunda" } satisfies Record<ProposalChoice, string>,
  decisionReason: "Alasan keputusan",
  reasonHint: "Wajib diisi bila usulan ditolak.",
  reasonMissing: "Tuliskan alasan penolakan terlebih dahulu.",
  sending: "Mengirim…",
  problem: {
    NotFound: "Usulan ini sudah tidak ada; inventaris telah berubah. Daftar dibaca ulang.",
    InvalidInput: "Dasar usulan ini sudah berubah sejak dibaca. Daftar dibaca ulang; periksa lalu putuskan kembali.",
    OwnedElsewhere: "Keputusan untuk daerah ini hanya dapat dicatat di simpul daerah itu sendiri. Buka halaman daerah ini di sana dan masuklah dengan akun simpul itu.",
    IdempotencyKeyReused: "Keputusan ini sudah pernah dikirim dengan isi lain. Muat ulang halaman.",
  } satisfies Record<DecisionProblem, string>,
  problemOfReason: "Alasan belum memenuhi syarat: paling banyak 2.000 huruf, dan wajib diisi bila usulan ditolak.",
  ownerPage: "Buka halaman di simpul itu",
  refusal: {
    FORBIDDEN: "Anda tidak berwenang memutuskan usulan daerah ini.",
    SESSION_ENDED: "Sesi Anda habis; tulisan Anda masih ada. Masuklah kembali, lalu putuskan lagi.",
  },
  notReached: "Keputusan belum tersimpan. Server belum dapat dihubungi; yang Anda tulis tetap ada, coba lagi.",
  refused: (code: string) => `Keputusan belum tersimpan. Server menolaknya dengan kode ${code}; yang Anda tulis tetap ada. Sampaikan kode itu kepada pengelola.`,
  refusedWithoutCode: "Keputusan belum tersimpan. Server menolaknya tanpa menyebut alasan; yang Anda tulis tetap ada. Sampaikan hal ini kepada pengelola.",
};

const en: typeof id = {
  intro: "Advice, computed from the inventory by one rule. Nothing is carried out; people decide.",
  none: "There is no proposal for this inventory.",
  notAuthorised: "Your account may not decide on this region's proposals; you can read them only.",
  kind: {
    RETIRE: "Retire",
    REPLACE: "Replace by a common application",
    MERGE: "Merge",
    SHARE: "Take over from another region",
    INTEGRATE: "Connect",
    KEEP: "Keep",
  },
  sentence: {
    RETIRE: (names) => `Retire ${names}.`,
    REPLACE: (names, successor) => `Replace ${names} by the common application ${successor}.`,
    MERGE: (names) => `Merge ${names}.`,
    SHARE: (names) => `Consider taking over ${names}.`,
    INTEGRATE: (names) => `Connect ${names}.`,
    KEEP: (names) => `Keep ${names}.`,
  },
  reason: {
    REPORTED_INACTIVE: () => "Reported as inactive.",
    NO_USERS: () => "On record without users.",
    AFTER_REPOINTING: ({ INTEGRATION_COUNT: integrations }) => `Only after ${integrations} exchanges are re-pointed.`,
    NO_ACTIVE_EXCHANGE_KNOWN: () => "Nothing is known that still gets data from it.",
    SAME_FUNCTION_AS_COMMON_APPLICATION: ({ FUNCTION_ID: name }) =>
      `Its function, ${name}, is served by a common application.`,
    EXCEPTION_POSSIBLE: ({ LEGAL_BASIS: basis }) =>
      `An own application stays possible by the exception of ${basis}, with a cost-benefit analysis and consent.`,
    MANDATED: ({ LEGAL_BASIS: basis }) => `Mandated by ${basis}.`,
    MANDATE_NOT_CONFIRMED: ({ LEGAL_BASIS: basis }) =>
      `Our source names ${basis}, but it is not confirmed that regions must use it.`,
    SAME_FUNCTION: ({ FUNCTION_ID: name }) => `They serve one function: ${name}.`,
    FUNCTION_NOT_IN_INVENTORY: ({ FUNCTION_ID: name }) => `The function ${name} does not show in this inventory.`,
    ANOTHER_REGION_SERVES_IT: ({ REGION_CODE: region, LEVEL: level }) => `Region ${region} serves it at level ${level}.`,
    BYPASSES_HUB: ({ INTEGRATION_MODE: mode, DATA_OBJECT: data }) =>
      `The exchange of ${data} is ${mode}, although both applications are on the service bus.`,
    REQUIRED_EXCHANGE_MISSING: ({ DATA_OBJECT: data, RULE: rule }) => `A required exchange is missing: ${data ?? rule}.`,
    NOTHING_BETTER_KNOWN: ({ FUNCTION_ID: name }) =>
      `It serves ${name}; nothing better is known.`,
    ON_HUB: () => "It is on the service bus; the next best is not.",
    MORE_EVIDENCED_EXCHANGES: ({ SURVIVOR_VALUE: survivor, RUNNER_UP_VALUE: next = "unknown" }) =>
      `Its exchanges, weighted by evidence, are ${survivor}; the next best has ${next}.`,
    MORE_USERS: ({ SURVIVOR_VALUE: survivor, RUNNER_UP_VALUE: next = "unknown" }) =>
      `Its users: ${survivor}; the next best: ${next}.`,
    BETTER_FIT: ({ SURVIVOR_VALUE: survivor, RUNNER_UP_VALUE: next = "unknown" }) =>
      `Its fit: ${survivor}; the next best: ${next}.`,
    EQUAL_IN_ALL_KNOWN: () => "All that is known is the same, so this is by order only.",
  },
  survivor: (name, reason) => `${name} goes on. ${reason}`,
  evidence: "Evidence",
  impact: "What must be re-pointed",
  noImpact: "No exchange on record has to be re-pointed.",
  impactText: (exchanges, names) => (names ? `${exchanges} exchanges, with ${names}.` : `${exchanges} exchanges.`),
  saving: "Saving a year",
  unknown: "unknown",
  confidence: "Confidence",
  weakest: (value, parts) => (parts > 1 ? `${value}, the weakest of:` : `${value}, because of`),
  noConfidence: "unknown, because one of its parts is:",
  confidencePartText: id.confidencePartText,
  confidenceFactor: {
    FUNCTION: "likeness of function",
    INVENTORY_COMPLETENESS: "completeness of the inventory",
    EVIDENCE_GRADE: "grade of the evidence",
  },
  legalBasis: "Legal basis",
  missing: "What is not known",
  missingInput: {
    YEARLY_COST: (name) => `the yearly cost of ${name}`,
    MIGRATION_COST: (name) => `the cost of leaving ${name}`,
    ADDED_YEARLY_COST: (name) => `the added yearly cost of ${name}`,
    ALTERNATIVE_COST: () => "what it would cost otherwise",
    MANDATE: () => "whether regions must use that common application",
    NEED_FOR_FUNCTION: () => "whether the function is needed here",
    NEED_FOR_EXCHANGE: () => "whether the work here needs this exchange",
    SOURCE_CODE_PERMISSION: () => "whether the source code may be shared",
    CHOICE_OF_APPLICATION: (name, count) =>
      `which application is the right one: ${name} was chosen from ${count} that are suitable`,
    INVENTORY_COMPLETENESS: () => "the completeness of the inventory",
  },
  status: { OPEN: "Open", ACCEPTED: "Accepted", REJECTED: "Rejected", DEFERRED: "Deferred" },
  decidedBy: (name) => `By ${name}.`,
  decidedOn: (status, day) => `${status} on ${day}.`,
  decidedEarlier: (decision, day) =>
    `${decision} on ${day}, but what it rested on has changed since, so it is open again.`,
  choiceMade: { ACCEPT: "Accepted", REJECT: "Rejected", DEFER: "Deferred" },
  decide: "Decide on this proposal",
  choice: { ACCEPT: "Accept", REJECT: "Reject", DEFER: "Defer" },
  decisionReason: "Reason of the decision",
  reasonHint: "Needed to reject a proposal.",
  reasonMissing: "Write the reason of the rejection first.",
  sending: "Sending…",
  problem: {
    NotFound: "This proposal is gone; the inventory has changed. The list is read again.",
    InvalidInput: "What this proposal rests on has changed since. The list is read again; look again, then decide.",
    OwnedElsewhere: "Decisions for this region are recorded only at the region's own node. Open the page of this region there and sign in with an account of that node.",
    IdempotencyKeyReused: "This decision was sent before with other content. Reload the page.",
  },
  problemOfReason: "The reason is not acceptable: 2,000 characters at most, and a rejection needs one.",
  ownerPage: "Open the page at that node",
  refusal: {
    FORBIDDEN: "You may not decide on this region's proposals.",
    SESSION_ENDED: "Your session has ended; what you wrote is still here. Sign in again, then decide again.",
  },
  notReached: "The decision is not stored. The server cannot be reached; what you wrote is still here, try again.",
  refused: (code) => `The decision is not stored. The server refused it with the code ${code}; what you wrote is still here. Report that code to the operator.`,
  refusedWithoutCode: "The decision is not stored. The server refused it and gave no reason; what you wrote is still here. Report this to the operator.",
};

export const proposals = { id, en };
