/** The messages of the chapter about the results and their history. */
const id = {
  intro:
    "Indeks resmi terbaru dan riwayat setiap jenis penilaian. Jenis dan instrumen yang berbeda tidak pernah disatukan dalam satu garis.",
  index: (name: string, instrument: string, year: number, value: string, predicate: string) =>
    `${instrument} ${name} tahun ${year} menurut hasil resmi adalah ${value} dengan predikat ${predicate}.`,
  none: "Belum ada indeks resmi yang dipublikasikan untuk daerah ini.",
  highestPredicate: "Predikat ini adalah yang tertinggi.",
  gap: (gap: string | null, label: string, threshold: string) =>
    gap === null
      ? `Selisih dengan predikat ${label}, yang dimulai dari ${threshold}, kurang dari 0,01.`
      : `Masih kurang ${gap} untuk mencapai predikat ${label}, yang dimulai dari ${threshold}.`,
  published: "Nilai ini dikutip sebagaimana dipublikasikan; level per indikatornya tidak dipublikasikan.",
  fromLevels: "Nilai ini dihitung dari level setiap indikator.",
  domains: "Nilai domain",
  noDomains: "Nilai domain tidak dipublikasikan.",
  history: "Riwayat",
  historyNote: "Satu gambar untuk satu jenis penilaian dan satu instrumen.",
  noHistory: "Belum ada hasil yang dipublikasikan.",
  year: "Tahun",
  value: "Indeks",
  predicate: "Predikat",
  origin: "Asal",
  regionOrigin: "Data pokok daerah",
  state: {
    OWNED: "Data daerah ini dicatat langsung di server ini.",
    FRESH: "Data daerah ini adalah salinan mutakhir dari simpul pemiliknya.",
  },
  lastCopy: "Yang tampil adalah salinan terakhir.",
  copyAsOf: (time: string) => `Keadaan per ${time}.`,
  estimate: "Profil level",
  estimated: "PERKIRAAN",
  estimateText: (year: number) =>
    `Level per indikator tahun ${year} tidak dipublikasikan. Yang berikut hanyalah perkiraan dari nilai domain yang dipublikasikan. Bacalah rentangnya, bukan levelnya.`,
  indexNotMet: "Tidak ada susunan level yang menghasilkan indeks ini; hanya nilai domainnya yang terpenuhi.",
  estimateMethod: (solutions: string) =>
    `Susunan level bulat yang mencetak nilai domain resmi, terdekat ke rata-rata nasional per aspek menurut kuadrat berbobot. Yang tampil hanyalah salah satu dari ${solutions} susunan level yang menghasilkan angka resmi yang sama.`,
  noEstimate: (year: number) =>
    `Untuk ${year} tidak ada perkiraan: nilai domain yang dipublikasikan tidak lengkap atau tidak dapat dihasilkan oleh level bulat mana pun.`,
  nothingToEstimate: "Nilai domain tidak dipublikasikan, sehingga tidak ada level yang dapat diperkirakan.",
  aspect: "Aspek",
  indicator: "Indikator",
  level: "Perkiraan",
  range: "Rentang yang mungkin",
  levelRange: (low: string, high: string) => (low === high ? low : `${low} sampai ${high}`),
  rangesByIndicator: (count: number) => `Rentang per indikator (${count})`,
  determinedIndicators: (count: number, total: number) => `${count} dari ${total} indikator hanya punya satu level yang mungkin.`,
};

const en: typeof id = {
  intro:
    "The newest official index, and the course of each kind of assessment. Kinds and instruments never share a line.",
  index: (name, instrument, year, value, predicate) =>
    `The official ${instrument} of ${name} for ${year} is ${value}, predicate ${predicate}.`,
  none: "No official index is published for this region.",
  highestPredicate: "This predicate is the highest.",
  gap: (gap, label, threshold) =>
    `${gap ?? "Less than 0.01"} short of the predicate ${label}, which begins at ${threshold}.`,
  published: "As published; the levels of the indicators are not published.",
  fromLevels: "Computed from the level of each indicator.",
  domains: "Domain values",
  noDomains: "Domain values are not published.",
  history: "History",
  historyNote: "One figure for one kind of assessment and one instrument.",
  noHistory: "No results are published.",
  year: "Year",
  value: "Index",
  predicate: "Predicate",
  origin: "Origin",
  regionOrigin: "The region's basic data",
  state: {
    OWNED: "This region's data is written on this instance.",
    FRESH: "This region's data is a copy that follows its owner closely.",
  },
  lastCopy: "What you see is the last copy.",
  copyAsOf: (time) => `As of ${time}.`,
  estimate: "Profile of levels",
  estimated: "ESTIMATE",
  estimateText: (year) =>
    `The levels of ${year} are not published. These are only an estimate from the domain values that are published. Read the ranges, not the levels.`,
  indexNotMet: "No set of levels gives this index; only its domain values are met.",
  estimateMethod: (solutions) =>
    `Whole levels that print the official domain values, nearest to the national means by aspect in weighted squares. This is only one of ${solutions} sets of levels that give the same official figures.`,
  noEstimate: (year) =>
    `There is no estimate for ${year}: its published domain values are incomplete, or no whole levels give them.`,
  nothingToEstimate: "Domain values are not published, so no levels can be estimated.",
  aspect: "Aspect",
  indicator: "Indicator",
  level: "Estimate",
  range: "Possible range",
  levelRange: (low, high) => (low === high ? low : `${low} to ${high}`),
  rangesByIndicator: (count) => `Ranges by indicator (${count})`,
  determinedIndicators: (count, total) => `${count} of ${total} indicators have one possible level only.`,
};

export const results = { id, en };
