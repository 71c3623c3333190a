/** Messages of the chapter that compares regions. */
const id = {
  intro:
    "Dua sampai sepuluh daerah berdampingan, terhadap rata-rata dan nilai terbaik provinsi dan nasional. Hanya hasil dengan jenis, instrumen, dan tahun yang sama yang dibandingkan.",
  edition: "Edisi",
  add: "Tambah daerah…",
  remove: (name: string) => `Hapus ${name}`,
  most: "Paling banyak sepuluh daerah.",
  index: "Indeks",
  provinceMean: "Rata-rata provinsi",
  provinceBest: "Terbaik provinsi",
  nationalMean: "Rata-rata nasional",
  nationalBest: "Terbaik nasional",
  n: (count: number) => `n = ${count}`,
  nUnknown: "n tidak disebut",
  published: "dipublikasikan",
  computed: "dihitung",
  holders: (count: number) => `${count} daerah`,
  leader: "tertinggi di antara yang dibandingkan",
  unknown: "tidak diketahui",
  toMean: (difference: string) => `${difference} terhadap rata-rata provinsi`,
  onlyDomains: "Aspek dan indikator tidak tampil karena tidak dipublikasikan untuk daerah-daerah ini.",
  alone: "Pilih sedikitnya satu daerah lain.",
  nothing: "Tidak ada nilai yang dipublikasikan untuk edisi ini.",
};

const en: typeof id = {
  intro:
    "Two to ten regions side by side, against the means and the best of province and nation. Only results of one kind, instrument and year are compared.",
  edition: "Edition",
  add: "Add a region…",
  remove: (name) => `Remove ${name}`,
  most: "Ten regions at most.",
  index: "Index",
  provinceMean: "Province mean",
  provinceBest: "Province best",
  nationalMean: "National mean",
  nationalBest: "National best",
  n: (count) => `n = ${count}`,
  nUnknown: "n not stated",
  published: "published",
  computed: "computed",
  holders: (count) => `${count} regions`,
  leader: "highest of those compared",
  unknown: "unknown",
  toMean: (difference) => `${difference} to the province mean`,
  onlyDomains: "Aspects and indicators are not shown: they are not published for these regions.",
  alone: "Choose at least one other region.",
  nothing: "No values are published for this edition.",
};

export const comparison = { id, en };
