/** The messages about the owner of a region whose copy the page shows. */
import type { RegionSource } from "../documents";

type Problem = NonNullable<RegionSource["problem"]>;
type ClockDeviation = NonNullable<RegionSource["clock"]>;
type RefusalReason = RegionSource["refusedEntries"][number]["reason"];

const id = {
  /** What to do about each problem. */
  advice: {
    NOT_LISTED: "Pengelola server ini menambahkan tabel `[[region]]` dengan nama, jenis dan induk daerah itu ke berkas daftar simpulnya.",
    NOT_REACHED_YET: "Periksa apakah simpul itu berjalan dan alamatnya benar. Sambungan dicoba terus.",
    NO_CONNECTION: "Periksa apakah simpul itu berjalan dan jaringannya terhubung. Sambungan dicoba terus.",
    REJECTED: "Pengelola simpul itu membuat token yang baru untuk server ini.",
    PROTOCOL_VIOLATION: "Pengelola simpul itu memeriksanya dengan `simpul conformance`.",
    FEED_ENDED: "Server ini menyambung lagi dengan sendirinya.",
    HISTORY_CHANGED:
      "Tanyakan kepada pengelola simpul itu apakah cadangannya dipulihkan. Salinan di sini tidak diubah sampai pengelola server ini menjalankan `simpul forget`.",
    OWNER_BEHIND: "Tunggu sampai pemilik yang baru menyalin seluruh catatan.",
    HANDED_OVER: "Pengelola server ini mencantumkan pemilik yang baru dalam berkas daftar simpulnya, atau menerima daerah ini di sana.",
    COPYING: "Tunggu sampai daerah ini selesai disalin.",
    NOT_STORED: "Pengelola server ini memeriksa log server. Server ini mencoba lagi dengan sendirinya.",
  } satisfies Record<Problem, string>,
  clockAdvice: {
    AHEAD: "Entrinya dicatat dengan waktu kedatangannya di sini. Pengelola simpul itu menyetel jamnya.",
    BACKWARDS: "Entrinya dicatat dengan waktu kedatangannya di sini. Pengelola simpul itu menyetel jamnya.",
  } satisfies Record<ClockDeviation, string>,
  refusedText:
    "Simpul itu mengirim hal yang tidak berhak dinyatakannya, sehingga tidak diberlakukan di sini, seluruhnya atau sebagian. Entri sesudahnya tetap diberlakukan.",
  refusedList: "Entri yang ditolak",
  entry: (sequence: string, time: string) => `Entri ${sequence}, diterima ${time}`,
  furtherEntries: (count: string) => `dan ${count} entri lain`,
  reason: {
    FOREIGN_RESULT: "hasil penilaian yang dicatat oleh pihak lain, bukan oleh daerah itu",
    FOREIGN_REGION: "tentang daerah lain",
    FOREIGN_ID: "memakai id daerah lain",
    FOREIGN_IDENTITY: "menyatakan nama, jenis atau induk yang berbeda; bagian lainnya diberlakukan",
    OUT_OF_BOUNDS: "memuat teks, alamat atau angka yang tidak diizinkan",
    TOO_MANY_ROWS: "melebihi jumlah data yang diizinkan",
    MISSING_REFERENCE: "merujuk data yang belum dicatat",
    INVALID_BODY: "isinya tidak sesuai dengan jenisnya",
  } satisfies Record<RefusalReason, string>,
  detail: "Keterangan teknis",
  ownerPage: "Buka halaman daerah ini di simpul pemiliknya",
};

const en: typeof id = {
  advice: {
    NOT_LISTED: "The operator of this server adds a table `[[region]]` with the name, kind and parent of the region to its list of nodes.",
    NOT_REACHED_YET: "Check that the node runs and that its address is right. This server keeps trying.",
    NO_CONNECTION: "Check that the node runs and that its network is connected. This server keeps trying.",
    REJECTED: "The operator of the node makes a new token for this server.",
    PROTOCOL_VIOLATION: "The operator of the node checks it with `simpul conformance`.",
    FEED_ENDED: "This server connects again by itself.",
    HISTORY_CHANGED:
      "Ask the operator of the node whether a backup was restored. The copy here stays as it is until the operator of this server runs `simpul forget`.",
    OWNER_BEHIND: "Wait until the new owner has copied the whole log.",
    HANDED_OVER: "The operator of this server adds the new owner to its list of nodes, or accepts the region there.",
    COPYING: "Wait until the region is copied.",
    NOT_STORED: "The operator of this server reads its log. The server tries again by itself.",
  },
  clockAdvice: {
    AHEAD: "Its entries are recorded with the time of their arrival here. The operator of the node sets its clock.",
    BACKWARDS: "Its entries are recorded with the time of their arrival here. The operator of the node sets its clock.",
  },
  refusedText:
    "The node sent what it may not state, and that is not applied here, wholly or in part. The entries after it are applied.",
  refusedList: "Refused entries",
  entry: (sequence, time) => `Entry ${sequence}, received ${time}`,
  furtherEntries: (count) => `and ${count} more`,
  reason: {
    FOREIGN_RESULT: "a result that others record, and not the region itself",
    FOREIGN_REGION: "about another region",
    FOREIGN_ID: "with the id of another region",
    FOREIGN_IDENTITY: "states another name, kind or parent; the rest is applied",
    OUT_OF_BOUNDS: "has a text, an address or a number that is not allowed",
    TOO_MANY_ROWS: "exceeds the number of rows that are allowed",
    MISSING_REFERENCE: "refers to something that is not recorded",
    INVALID_BODY: "its content does not have the form of its kind",
  },
  detail: "Technical details",
  ownerPage: "Open the page of this region at its owner's node",
};

export const source = { id, en };
