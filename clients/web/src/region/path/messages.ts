/** The messages of the chapter about the path to a target. */
import type { LevelRequirement, PrecedenceKind } from "./documents";

const id = {
  intro:
    "Susunan langkah dengan upaya paling kecil untuk mencapai target. Upaya dinyatakan dalam poin skala yang diumumkan, bukan uang, dan setiap langkah dianggap berhasil.",
  target: "Target indeks",
  buffer: "Cadangan",
  bufferHint: "Tambahan di atas target, untuk level yang mungkin turun.",
  decimalExpected: (lowest: string, highest: string, example: string) =>
    `Isilah dengan angka dari ${lowest} sampai ${highest}, paling banyak dua angka di belakang koma, misalnya ${example}.`,
  years: "Tahun",
  mustRise: "Wajib naik",
  exclude: "Tidak dinaikkan",
  add: "Tambah indikator…",
  remove: (indicator: string) => `Hapus ${indicator}`,
  compute: "Hitung",
  estimated: "PERKIRAAN",
  estimatedText: (instrument: string, year: number) =>
    `Berangkat dari level PERKIRAAN di balik hasil resmi ${instrument} ${year}, sehingga ini contoh jalan, bukan rencana. Isi level yang sebenarnya lewat penilaian mandiri untuk memperoleh jalan yang sesungguhnya.`,
  originText: (kind: string, instrument: string, year: number) =>
    `Berangkat dari level ${kind.toLowerCase()} ${instrument} ${year}.`,
  noLevels:
    "Tidak ada penilaian dengan level yang dapat dilihat, dan nilai domain tidak dipublikasikan. Tidak diketahui dari mana jalan dimulai.",
  summary: (target: string, buffer: string, steps: number, before: string, after: string, predicate: string, effort: string) =>
    `Untuk target ${target} dengan cadangan ${buffer} diperlukan ${steps} langkah: indeks naik dari ${before} menjadi ${after} (${predicate}) dengan upaya ${effort} poin.`,
  reached: (before: string) => `Target ini beserta cadangannya sudah tercapai oleh indeks ${before}.`,
  proven: "Terbukti: tidak ada susunan langkah lain yang lebih ringan.",
  notProven: (lowerBound: string) =>
    `Belum terbukti yang paling ringan; upaya terkecil yang mungkin adalah ${lowerBound} poin.`,
  unreachable: (maximum: string) =>
    `Target ini tidak dapat dicapai. Dengan semua langkah yang tidak dikecualikan, indeks paling tinggi menjadi ${maximum}. Turunkan target, atau kurangi indikator yang tidak dinaikkan.`,
  bufferUnreachable: (maximum: string) =>
    `Target ini dapat dicapai, tetapi tidak beserta cadangannya. Dengan semua langkah yang tidak dikecualikan, indeks paling tinggi menjadi ${maximum}. Kecilkan cadangan.`,
  unclaimed: (indicators: string) =>
    `Indikator ${indicators} belum diklaim dan dihitung pada level terendah.`,
  effortAssumed: "Upaya setiap langkah adalah nilai baku anggapan kami.",
  year: (year: number) => `Tahun ke-${year}`,
  yearSummary: (effort: string, index: string, predicate: string) =>
    `upaya ${effort} poin; indeks di akhir tahun ${index} (${predicate})`,
  step: "Langkah",
  change: (from: number, to: number) => `level ${from} → ${to}`,
  gain: "Tambahan indeks",
  effort: "Upaya (poin)",
  ownEffort: "nilai daerah",
  requirements: "Yang diminta",
  criterionUnknown: "Kriteria level ini tidak diketahui.",
  newRequirements: (requirements: string) => `Baru diminta: ${requirements}.`,
  evidence: (text: string) => `Bukti: ${text}`,
  requirement: {
    ALL_OPDS: "berlaku di semua OPD",
    REVIEW: "reviu berkala yang bertanggal",
    IMPROVEMENT: "perbaikan baru dari hasil reviu setiap tahun",
    LINK: "pertukaran antaraplikasi yang buktinya diperhitungkan",
    DOCUMENT: "dokumen yang menunjukkan integrasi",
  } satisfies Record<LevelRequirement, string>,
  excludeAction: "Jangan naikkan",
  excludeStep: (indicator: number) => `Jangan naikkan indikator ${indicator}`,
  isRequired: "wajib",
  levelsToMaintain: (count: number) => `Level yang harus dijaga (${count})`,
  maintenance: "Level turun bila tidak ada yang dilakukan. Yang tertinggi paling berat dijaga.",
  maintainedLevel: (indicator: number, name: string, level: number) => `${indicator}. ${name} tetap di level ${level}.`,
  broken: "Urutan yang sebaiknya",
  brokenNote:
    "Urutan ini anggapan kami dari kriteria, bukan ketentuan. Melanggarnya tidak dilarang, hanya menambah beban.",
  brokenText: (step: string, requiredStep: string, reason: string, penalty: string) =>
    `${step} sebaiknya menyusul ${requiredStep}: ${reason}. Beban tambahan ${penalty} poin.`,
  brokenNone: "Jalan ini mengikuti semua urutan yang sebaiknya.",
  reachesLevel: (indicator: number, level: number) => `indikator ${indicator} mencapai level ${level}`,
  precedence: {
    POLICY_BEFORE_PRACTICE: "kebijakan mendahului pelaksanaan",
    ARCHITECTURE_BEFORE_ROADMAP: "arsitektur mendahului peta rencana",
    ROADMAP_BEFORE_BUDGET: "peta rencana mendahului anggaran",
    BUS_BEFORE_COLLABORATION: "sistem penghubung layanan mendahului kolaborasi layanan",
  } satisfies Record<PrecedenceKind, string>,
  curve: "Upaya menurut target",
  curveText: "Upaya yang diperlukan untuk setiap persepuluh indeks dan predikat di atas indeks sekarang.",
  curveRow: (effort: string, steps: number) => `${effort} poin, ${steps} langkah`,
  outOfReach: "tidak terjangkau",
  curveTarget: "Target",
  curveEffort: "Upaya",
  furtherQuestions: "Tanya lebih lanjut",
  nextBest: "Tampilkan jalan terbaik berikutnya",
  nextBestText: (steps: number, effort: string, after: string) =>
    `Jalan berikutnya: ${steps} langkah, upaya ${effort} poin, indeks menjadi ${after}. Yang berbeda dari jalan di atas:`,
  nextBestNone: "Tidak ada jalan lain.",
  addedStep: (step: string) => `tambah: ${step}`,
  droppedStep: (step: string) => `tanpa: ${step}`,
  exclusions: "Hitung akibat mengecualikan lima langkah pertama",
  exclusion: (step: string, extraEffort: string, substitutes: string) =>
    `Tanpa ${step}: upaya bertambah ${extraEffort} poin${substitutes ? `, dan sebagai gantinya ${substitutes}` : ""}.`,
  exclusionUnreachable: (step: string, maximum: string) =>
    `Tanpa ${step}: target tidak terjangkau; indeks paling tinggi ${maximum}.`,
  method:
    "Program dinamis atas level, yang menghasilkan upaya terkecil secara pasti; urutan yang sebaiknya menambah beban. Pembagian ke dalam tahun memakai program bilangan bulat",
  originStatement: "jalan ke target",
};

const en: typeof id = {
  intro:
    "The steps with the least effort to a target. Effort is in points of a declared scale, not money, and a step is taken as certain.",
  target: "Target index",
  buffer: "Buffer",
  bufferHint: "On top of the target, for levels that may fall.",
  decimalExpected: (lowest, highest, example) =>
    `Enter a number from ${lowest} to ${highest} with at most two decimal places, for example ${example}.`,
  years: "Years",
  mustRise: "Must rise",
  exclude: "Stay",
  add: "Add an indicator…",
  remove: (indicator) => `Remove ${indicator}`,
  compute: "Compute",
  estimated: "ESTIMATE",
  estimatedText: (instrument, year) =>
    `From the ESTIMATED levels behind the official ${instrument} of ${year}, so this is an example of a path, not a plan. Claim the real levels in a self-assessment to get a real one.`,
  originText: (kind, instrument, year) => `From the levels of the ${kind.toLowerCase()}, ${instrument} ${year}.`,
  noLevels:
    "No assessment with levels can be seen, and no domain values are published: nothing is known to start from.",
  summary: (target, buffer, steps, before, after, predicate, effort) =>
    `The target ${target} with a buffer of ${buffer} takes ${steps} steps: the index rises from ${before} to ${after} (${predicate}) with an effort of ${effort} points.`,
  reached: (before) => `The index ${before} has reached this target and its buffer already.`,
  proven: "Proven: no other set of steps takes less.",
  notProven: (lowerBound) => `Not proven to be the least; no path takes less than ${lowerBound} points.`,
  unreachable: (maximum) =>
    `This target is out of reach. With all steps that are not excluded, the index becomes ${maximum} at most. Lower the target, or let more indicators rise.`,
  bufferUnreachable: (maximum) =>
    `This target is within reach, but not with its buffer. With all steps that are not excluded, the index becomes ${maximum} at most. Choose a smaller buffer.`,
  unclaimed: (indicators) => `Indicators ${indicators} are not claimed and count at the lowest level.`,
  effortAssumed: "The effort of each step is a declared default of ours.",
  year: (year) => `Year ${year}`,
  yearSummary: (effort, index, predicate) => `effort ${effort} points; index at its end ${index} (${predicate})`,
  step: "Step",
  change: (from, to) => `level ${from} → ${to}`,
  gain: "Gain",
  effort: "Effort (points)",
  ownEffort: "the region's own",
  requirements: "What it asks",
  criterionUnknown: "The criterion of this level is not known.",
  newRequirements: (requirements) => `Newly asked: ${requirements}.`,
  evidence: (text) => `Evidence: ${text}`,
  requirement: {
    ALL_OPDS: "every OPD takes part",
    REVIEW: "a dated periodic review",
    IMPROVEMENT: "a new improvement from the review each year",
    LINK: "an exchange between applications whose evidence counts",
    DOCUMENT: "a document that shows the integration",
  },
  excludeAction: "Do not raise",
  excludeStep: (indicator) => `Do not raise indicator ${indicator}`,
  isRequired: "must rise",
  levelsToMaintain: (count) => `Levels to maintain (${count})`,
  maintenance: "Levels fall without maintenance. The highest are the hardest to maintain.",
  maintainedLevel: (indicator, name, level) => `${indicator}. ${name} stays at level ${level}.`,
  broken: "What is better done first",
  brokenNote:
    "These are our reading of the criteria, not law. To break one is not forbidden, it costs a penalty.",
  brokenText: (step, requiredStep, reason, penalty) => `${step} is better after ${requiredStep}: ${reason}. Penalty ${penalty} points.`,
  brokenNone: "This path keeps all of them.",
  reachesLevel: (indicator, level) => `indicator ${indicator} reaches level ${level}`,
  precedence: {
    POLICY_BEFORE_PRACTICE: "policy before practice",
    ARCHITECTURE_BEFORE_ROADMAP: "architecture before roadmap",
    ROADMAP_BEFORE_BUDGET: "roadmap before budget",
    BUS_BEFORE_COLLABORATION: "service bus before collaboration of services",
  },
  curve: "Effort by target",
  curveText: "What every tenth and predicate above the present index takes.",
  curveRow: (effort, steps) => `${effort} points, ${steps} steps`,
  outOfReach: "out of reach",
  curveTarget: "Target",
  curveEffort: "Effort",
  furtherQuestions: "Ask further",
  nextBest: "Show the next best path",
  nextBestText: (steps, effort, after) =>
    `The next path: ${steps} steps, effort ${effort} points, index ${after}. What differs:`,
  nextBestNone: "There is no other path.",
  addedStep: (step) => `more: ${step}`,
  droppedStep: (step) => `without: ${step}`,
  exclusions: "Compute what excluding the first five steps costs",
  exclusion: (step, extraEffort, substitutes) =>
    `Without ${step}: ${extraEffort} points more${substitutes ? `, and instead ${substitutes}` : ""}.`,
  exclusionUnreachable: (step, maximum) => `Without ${step}: out of reach; the index becomes ${maximum} at most.`,
  method:
    "Dynamic program over levels that finds the least effort exactly; broken precedences add a penalty. The distribution over years is an integer program",
  originStatement: "path to the target",
};

export const path = { id, en };
