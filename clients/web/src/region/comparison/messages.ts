/** The messages of the chapter that compares regions. */
const id = {
  intro:
    "Dua sampai sepuluh daerah berdampingan, terhadap rata-rata dan nilai terbaik provinsi dan nasional. Hanya hasil dengan jenis, instrumen, dan tahun yang sama yang dibandingkan.",
  edition: "Edisi",
  add: "Tambah daerah…",
  remove: (name: string) => `Hapus ${name}`,
  maximumReached: "Paling banyak sepuluh daerah.",
  index: "Indeks",
  provinceMean: "Rata-rata provinsi",
  provinceBest: "Terbaik provinsi",
  nationalMean: "Rata-rata nasional",
  nationalBest: "Terbaik nasional",
  n: (count: number) => `n = ${count}`,
  nUnknown: "n tidak disebut",
  published: "dipublikasikan",
  computed: "dihitung",
  regionCount: (count: number) => `${count} daerah`,
  leader: "tertinggi di antara yang dibandingkan",
  unknown: "tidak diketahui",
  distanceToMean: (difference: string) => `${difference} terhadap rata-rata provinsi`,
  onlyDomains: "Aspek dan indikator tidak tampil karena tidak dipublikasikan untuk daerah-daerah ini.",
  addAnother: "Pilih sedikitnya satu daerah lain.",
  noValues: "Tidak ada nilai yang dipublikasikan untuk edisi ini.",
};

const en: typeof id = {
  intro:
    "Two to ten regions side by side, against the means and the best of province and nation. Only results of one kind, instrument and year are compared.",
  edition: "Edition",
  add: "Add a region…",
  remove: (name) => `Remove ${name}`,
  maximumReached: "Ten regions at most.",
  index: "Index",
  provinceMean: "Province mean",
  provinceBest: "Province best",
  nationalMean: "National mean",
  nationalBest: "National best",
  n: (count) => `n = ${count}`,
  nUnknown: "n not stated",
  published: "published",
  computed: "computed",
  regionCount: (count) => `${count} regions`,
  leader: "highest of those compared",
  unknown: "unknown",
  distanceToMean: (difference) => `${difference} to the province mean`,
  onlyDomains: "Aspects and indicators are not shown: they are not published for these regions.",
  addAnother: "Choose at least one other region.",
  noValues: "No values are published for this edition.",
};

export const comparison = { id, en };
