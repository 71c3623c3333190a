/** The messages of the chapter about base rates, peers and systems to reuse. */

const id = {
  intro:
    "Apa yang terjadi setahun kemudian pada daerah yang pernah berada di posisi ini, siapa yang sebanding, dan apa yang dapat dipakai bersama. Ini catatan kejadian, bukan ramalan.",
  target: "Target",
  baseRates: "Laju yang pernah terjadi",
  start: (instrument: string, index: string, year: number, window: string, fromYear: number, n: number) =>
    `Indeks resmi sekarang ${index} (${instrument} ${year}). Pada ${fromYear} ada ${n} daerah yang indeksnya berselisih paling banyak ${window} dari itu.`,
  reached: (successes: number, n: number, target: string, share: string, low: string, high: string) =>
    `${successes} dari ${n} mencapai ${target} atau lebih setahun kemudian: ${share}, dengan selang 80% dari ${low} sampai ${high}.`,
  declined: (successes: number, n: number, share: string, low: string, high: string) =>
    `${successes} dari ${n} turun di bawah indeks awalnya sendiri: ${share}, dengan selang 80% dari ${low} sampai ${high}.`,
  change: (mean: string, spread: string) =>
    `Rata-rata perubahannya ${mean} dengan simpangan baku ${spread}.`,
  tooFew: (n: number) => `Belum cukup contoh: hanya ${n} daerah, sedangkan paling sedikit diperlukan tiga.`,
  noIndex: "Belum ada indeks resmi untuk memulai.",
  method:
    "Laju kejadian pada hasil resmi yang dipublikasikan seluruh Indonesia, selang Jeffreys 80%; tidak ada model yang dicocokkan",
  peers: "Daerah sebanding",
  peersNote: (total: number, year: number) =>
    `Yang terdekat di antara ${total} daerah menurut nilai domain ${year}, jenis daerah, dan jumlah penduduk.`,
  noPeers: "Nilai domain daerah ini tidak dipublikasikan, sehingga daerah sebanding tidak dapat dicari.",
  tooFewRisen: "Belum cukup contoh: kurang dari tiga daerah sebanding yang naik 0,10 atau lebih.",
  region: "Daerah",
  distance: "Jarak",
  yearLater: "Setahun kemudian",
  changes: "Yang berubah",
  nextIndex: (index: string, change: string) => `${index} (${change})`,
  unknown: "tidak diketahui",
  domainChange: (name: string, change: string) => `${name} ${change}`,
  noDomainChange: "nilai domainnya tetap",
  levelChange: (indicator: number, name: string, before: number, after: number) =>
    `${indicator}. ${name}: level ${before} → ${after}`,
  distanceMethod: "Jumlah selisih nilai domain tertimbang, jenis daerah, dan kelas penduduk, dalam satuan indeks",
  distanceParts: (domains: string, kind: string, population: string) =>
    `nilai domain ${domains}, jenis ${kind}, penduduk ${population}`,
  sharing: "Yang dapat dipakai bersama",
  sharingNote: (share: string) =>
    `Fungsi yang tidak tampak dalam inventaris ini tetapi dilayani daerah lain di provinsi yang sama. Inventaris ini baru terisi ${share}, jadi belum tentu benar-benar tidak ada.`,
  sharingNoteEmpty:
    "Fungsi yang tidak tampak dalam inventaris ini tetapi dilayani daerah lain di provinsi yang sama. Inventarisnya masih kosong, jadi belum tentu benar-benar tidak ada.",
  noSharing: "Tidak ada calon untuk dipakai bersama.",
  servedBy: (count: number, total: number) => `dilayani ${count} dari ${total} daerah`,
  system: (name: string, owner: string) => `${name}, ${owner}`,
  level: (level: number) => `level resmi ${level}`,
  levelUnknown: "level resmi tidak diketahui",
  shareable: (shareable: boolean | null): string =>
    shareable === null
      ? "belum diketahui apakah kodenya boleh dibagikan"
      : shareable
        ? "kodenya boleh dibagikan"
        : "kodenya tidak boleh dibagikan",
  bothUnknown: "level resmi dan izin berbagi kodenya tidak diketahui",
  confidence: (share: string) => `perkiraan fungsi dengan keyakinan ${share}`,
};

const en: typeof id = {
  intro:
    "What became, a year later, of regions that stood here, who is comparable, and what could be shared. A record of what happened, not a forecast.",
  target: "Target",
  baseRates: "Base rates",
  start: (instrument, index, year, window, fromYear, n) =>
    `The official index is ${index} (${instrument} ${year}). In ${fromYear}, ${n} regions were at most ${window} from it.`,
  reached: (successes, n, target, share, low, high) =>
    `${successes} of ${n} got to ${target} or above a year later: ${share}, 80% interval ${low} to ${high}.`,
  declined: (successes, n, share, low, high) =>
    `${successes} of ${n} fell below their own start: ${share}, 80% interval ${low} to ${high}.`,
  change: (mean, spread) => `They changed by ${mean} on average, standard deviation ${spread}.`,
  tooFew: (n) => `Not enough examples: ${n} regions only, and at least three are needed.`,
  noIndex: "There is no official index to start from.",
  method: "Rates of published official results of all Indonesia, 80% Jeffreys interval; nothing is fitted",
  peers: "Peers",
  peersNote: (total, year) =>
    `The nearest of ${total} regions by domain values of ${year}, kind of region, and population.`,
  noPeers: "This region's domain values are not published, so no peers can be found.",
  tooFewRisen: "Not enough examples: fewer than three of these peers rose by 0.10 or more.",
  region: "Region",
  distance: "Distance",
  yearLater: "A year later",
  changes: "What changed",
  nextIndex: (index, change) => `${index} (${change})`,
  unknown: "unknown",
  domainChange: (name, change) => `${name} ${change}`,
  noDomainChange: "its domain values stayed",
  levelChange: (indicator, name, before, after) => `${indicator}. ${name}: level ${before} → ${after}`,
  distanceMethod: "Sum of weighted differences of domain values, kind of region and class of population, in index points",
  distanceParts: (domains, kind, population) => `domain values ${domains}, kind ${kind}, population ${population}`,
  sharing: "What could be shared",
  sharingNote: (share) =>
    `Functions that do not show in this inventory but that other regions of the province serve. The inventory is filled to ${share} only, so they may exist all the same.`,
  sharingNoteEmpty:
    "Functions that do not show in this inventory but that other regions of the province serve. The inventory is empty, so they may exist all the same.",
  noSharing: "There is no candidate to share.",
  servedBy: (count, total) => `served by ${count} of ${total} regions`,
  system: (name, owner) => `${name}, ${owner}`,
  level: (level) => `official level ${level}`,
  levelUnknown: "official level unknown",
  shareable: (shareable) =>
    shareable === null
      ? "not known whether its source may be given on"
      : shareable
        ? "its source may be given on"
        : "its source may not be given on",
  bothUnknown: "official level, and whether its source may be given on, unknown",
  confidence: (share) => `function estimated with confidence ${share}`,
};

export const outlook = { id, en };
