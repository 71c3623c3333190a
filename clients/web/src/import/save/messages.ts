/** The messages of saving an import, of its result, and of undoing imports. */
import type { ImportProblem, UndoProblem, UndoReason } from "../documents";

const id = {
  all: "Simpan semua",
  allOf: (count: number) => `Simpan semua (${count})`,
  onlyGood: (good: number, all: number) => `Simpan yang benar (${good} dari ${all})`,
  whyNotAll: (count: number) =>
    `“Simpan semua” dapat dipakai setelah ${count} baris di langkah 3 diperbaiki. “Simpan yang benar” menyimpan baris lainnya sekarang.`,
  fileRefused: "Berkas ini belum dapat diimpor, karena masalah pada berkas secara keseluruhan di langkah 3. Perbaiki kolomnya di langkah 2, atau berkasnya.",
  nothingToSave: "Tidak ada baris yang menambah atau mengubah aplikasi, jadi tidak ada yang perlu disimpan.",
  storing: "Menyimpan…",
  notReached:
    "Server belum menjawab, jadi belum pasti apakah impor ini tersimpan. Tekan tombol yang sama lagi: impor yang sudah tersimpan tidak dicatat dua kali.",
  problem: {
    NotFound: "Berkas ini sudah tidak ada: sudah diimpor, atau sudah lewat satu jam. Lihat daftar impor di bawah, atau unggah lagi.",
    InvalidInput: "Impor ini tidak dapat diterima. Muat ulang halaman, lalu periksa lagi.",
    OwnedElsewhere: "Data daerah ini hanya dapat dicatat di simpul daerah itu sendiri. Buka halaman ini di sana, dengan token dari simpul itu.",
    IdempotencyKeyReused: "Permintaan ini sudah pernah dikirim dengan isi lain. Muat ulang halaman.",
    ImportRefused: "Ada baris yang belum dapat disimpan, sehingga tidak ada yang tersimpan. Daftar di langkah 3 dibaca ulang.",
    VersionConflict: "Berkas atau inventaris berubah sejak diperiksa. Langkah 3 dibaca ulang; periksa, lalu simpan lagi.",
  } satisfies Record<ImportProblem, string>,
  savedTitle: "Impor tersimpan",
  undoneTitle: "Impor dibatalkan",
  summary: (registered: number, changed: number, left: number, refused: number) =>
    `${registered} aplikasi ditambahkan, ${changed} diubah, ${left} dibiarkan, dan ${refused} tidak disimpan.`,
  integrations: (count: number) => `${count} pertukaran data dicatat.`,
  undo: "Batalkan impor ini",
  undoOf: (name: string) => `Batalkan impor ini: ${name}`,
  undoing: "Membatalkan…",
  undone: (count: number) => `Impor dibatalkan: ${count} aplikasi kembali seperti sebelumnya.`,
  undoneOn: (moment: string) => `dibatalkan ${moment}`,
  undoRefused: (count: number) => `${count} aplikasi tidak dibatalkan:`,
  undoReason: {
    CHANGED_SINCE: "sudah diubah sejak impor",
    NAME_TAKEN: "nama sebelumnya kini dipakai aplikasi lain",
    HISTORY_MISSING: "isi sebelumnya tidak lagi tersimpan",
  } satisfies Record<UndoReason, string>,
  undoRefusedMore: (count: number) => `dan ${count} aplikasi lain`,
  undoNotReached: "Server belum menjawab, jadi belum pasti apakah impor ini dibatalkan. Tekan tombol yang sama lagi; tidak ada yang dibatalkan dua kali.",
  undoProblem: {
    NotFound: "Impor ini tidak ada di server ini.",
    OwnedElsewhere: "Data daerah ini hanya dapat diubah di simpul daerah itu sendiri.",
    WrongState: "Impor ini sudah dibatalkan.",
    InvalidInput: "Pembatalan ini tidak dapat diterima. Muat ulang halaman, lalu coba lagi.",
    IdempotencyKeyReused: "Permintaan ini sudah pernah dikirim dengan isi lain. Muat ulang halaman.",
  } satisfies Record<UndoProblem, string>,
  another: "Impor berkas lain",
  seeRegion: (name: string) => `Lihat inventaris ${name}`,
  earlierTitle: "Impor sebelumnya",
  earlierNone: "Belum ada impor di daerah ini.",
  earlierCount: (count: number) => `${count} impor yang lebih lama tidak ditampilkan.`,
  file: "Berkas",
  at: "Waktu",
  result: "Hasil",
  action: "Tindakan",
};

const en: typeof id = {
  all: "Save all",
  allOf: (count) => `Save all (${count})`,
  onlyGood: (good, all) => `Save the good rows (${good} of ${all})`,
  whyNotAll: (count) =>
    `“Save all” can be used when ${count === 1 ? "1 row" : `${count} rows`} of step 3 are mended. “Save the good rows” saves the others now.`,
  fileRefused: "This file cannot be imported yet, because of the problem of the whole file in step 3. Mend its columns in step 2, or the file.",
  nothingToSave: "No row adds or changes an application, so there is nothing to save.",
  storing: "Saving…",
  notReached:
    "The server has not answered, so it is not certain whether this import is saved. Press the same button again: an import that is saved is not recorded twice.",
  problem: {
    NotFound: "This file is gone: it has been imported, or an hour has passed. See the imports below, or upload it again.",
    InvalidInput: "This import cannot be accepted. Reload the page, then check it again.",
    OwnedElsewhere: "The data of this region is recorded only at the region's own node. Open this page there, with a token of that node.",
    IdempotencyKeyReused: "This request was sent before with other content. Reload the page.",
    ImportRefused: "Some rows cannot be saved yet, so nothing is saved. The list in step 3 has been read again.",
    VersionConflict: "The file or the inventory has changed since it was checked. Step 3 has been read again; check it, then save again.",
  },
  savedTitle: "The import is saved",
  undoneTitle: "The import is undone",
  summary: (registered, changed, left, refused) =>
    `${registered} applications added, ${changed} changed, ${left} left, and ${refused} not saved.`,
  integrations: (count) => (count === 1 ? "1 exchange recorded." : `${count} exchanges recorded.`),
  undo: "Undo this import",
  undoOf: (name) => `Undo this import: ${name}`,
  undoing: "Undoing…",
  undone: (count) => `The import is undone: ${count} applications are as before.`,
  undoneOn: (moment) => `undone ${moment}`,
  undoRefused: (count) => (count === 1 ? "1 application is not undone:" : `${count} applications are not undone:`),
  undoReason: {
    CHANGED_SINCE: "it has been changed since the import",
    NAME_TAKEN: "another application has its earlier name now",
    HISTORY_MISSING: "its earlier content is no longer stored",
  },
  undoRefusedMore: (count) => (count === 1 ? "and 1 other application" : `and ${count} other applications`),
  undoNotReached: "The server has not answered, so it is not certain whether this import is undone. Press the same button again; nothing is undone twice.",
  undoProblem: {
    NotFound: "This server has no such import.",
    OwnedElsewhere: "The data of this region is changed only at the region's own node.",
    WrongState: "This import has been undone.",
    InvalidInput: "The import cannot be undone this way. Reload the page, then try again.",
    IdempotencyKeyReused: "This request was sent before with other content. Reload the page.",
  },
  another: "Import another file",
  seeRegion: (name) => `See the inventory of ${name}`,
  earlierTitle: "Earlier imports",
  earlierNone: "Nothing has been imported into this region.",
  earlierCount: (count) => (count === 1 ? "1 older import is not listed." : `${count} older imports are not listed.`),
  file: "File",
  at: "Time",
  result: "Result",
  action: "Action",
};

export const save = { id, en };
