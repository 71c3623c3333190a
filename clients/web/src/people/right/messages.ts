/** The messages of the fields of a right: a role, regions and OPDs. */

const id = {
  role: "Peran",
  regions: "Daerah",
  region: "Daerah",
  chooseRegion: "Pilih daerah…",
  provinces: "Provinsi",
  opds: "Perangkat daerah",
  searchIn: (legend: string) => `Cari ${legend.toLowerCase()}`,
  chosen: (names: string) => `Dipilih: ${names}`,
  noneChosen: "Belum ada yang dipilih.",
  noMatch: "Tidak ada yang cocok.",
  noOpds: "Daerah ini belum mencatat perangkat daerah. Catat dahulu di halaman impor aplikasi daerah itu.",
  noProvinces: "Server ini tidak mencatat provinsi, jadi peran ini tidak dapat diberikan di sini.",
  noRegions: "Server ini belum mencatat daerah, jadi peran ini belum dapat diberikan di sini.",
  drafts: "Termasuk draf (yang belum dipublikasikan)",
  roleHint: {
    ADMIN: "Mengelola server ini dan boleh melakukan semuanya, di semua daerah.",
    PROVINCE: "Membina daerah di provinsinya, dan mengundang koordinator daerah, asesor, dan staf OPD.",
    REGION: "Mengelola semua data daerahnya, dan mengundang staf OPD.",
    ASSESSOR: "Memeriksa penilaian mandiri daerah yang dipilih.",
    OPD: "Mengelola aplikasi dan integrasi perangkat daerahnya.",
    FOLLOWER: "Hanya membaca dan menyalin catatan daerah; tidak menulis apa pun.",
    PUBLIC: "",
  },
  regionMissing: "Pilihlah sedikitnya satu daerah.",
  opdMissing: "Pilihlah sedikitnya satu perangkat daerah.",
};

const en: typeof id = {
  role: "Role",
  regions: "Regions",
  region: "Region",
  chooseRegion: "Choose a region…",
  provinces: "Provinces",
  opds: "OPDs",
  searchIn: (legend) => `Search ${legend}`,
  chosen: (names) => `Chosen: ${names}`,
  noneChosen: "None is chosen.",
  noMatch: "Nothing matches.",
  noOpds: "This region has no OPD on record. Record them first on the page of the import of the region's applications.",
  noProvinces: "This server has no province on record, so this role cannot be given here.",
  noRegions: "This server has no region on record, so this role cannot be given here yet.",
  drafts: "With drafts (what is not published)",
  roleHint: {
    ADMIN: "Administers this server and may do everything, in all regions.",
    PROVINCE: "Coaches the regions of its province, and invites coordinators, assessors and OPD staff.",
    REGION: "Maintains all data of its region, and invites OPD staff.",
    ASSESSOR: "Reviews the self-assessments of the chosen regions.",
    OPD: "Maintains the applications and integrations of its OPD.",
    FOLLOWER: "Only reads and copies the logs of regions; writes nothing.",
    PUBLIC: "",
  },
  regionMissing: "Choose at least one region.",
  opdMissing: "Choose at least one OPD.",
};

export const right = { id, en };
