/** The messages of saving an import, of its result, and of undoing imports. */
import type { ImportProblem, InventoryImport, UndoProblem, UndoReason } from "../documents";

const id = {
  all: "Simpan semua",
  allOf: (count: number) => `Simpan semua (${count})`,
  onlyGood: (good: number, all: number) => `Simpan yang benar (${good} dari ${all})`,
  whyNotAll: (count: number) =>
    `“Simpan semua” dapat dipakai setelah ${count} baris di langkah 3 diperbaiki. “Simpan yang benar” menyimpan baris lainnya sekarang.`,
  fileRefused: "Berkas ini belum dapat diimpor, karena masalah pada berkas secara keseluruhan di langkah 3. Perbaiki kolomnya di langkah 2, atau berkasnya.",
  nothingToSave: "Tidak ada baris yang menambah atau mengubah aplikasi, jadi tidak ada yang perlu disimpan.",
  nothingYet: (count: number) => `Belum ada yang dapat disimpan: perbaiki dulu ${count} baris di langkah 3.`,
  storing: "Menyimpan…",
  notReached:
    "Server belum menjawab, jadi belum pasti apakah impor ini tersimpan. Tekan tombol yang sama lagi: impor yang sudah tersimpan tidak dicatat dua kali.",
  problem: {
    NotFound: "Berkas ini sudah tidak ada: sudah diimpor, atau sudah lewat satu jam. Lihat daftar impor di bawah, atau unggah lagi.",
    InvalidInput: "Impor ini tidak dapat diterima. Muat ulang halaman, lalu periksa lagi.",
    OwnedElsewhere: "Data daerah ini hanya dapat dicatat di simpul daerah itu sendiri. Buka halaman ini di sana dan masuklah dengan akun simpul itu.",
    IdempotencyKeyReused: "Permintaan ini sudah pernah dikirim dengan isi lain. Muat ulang halaman.",
    ImportRefused: "Ada baris yang belum dapat disimpan, sehingga tidak ada yang tersimpan. Daftar di langkah 3 dibaca ulang.",
    VersionConflict: "Berkas atau inventaris berubah sejak diperiksa. Langkah 3 dibaca ulang; periksa, lalu simpan lagi.",
  } satisfies Record<ImportProblem, string>,
  savedTitle: "Impor tersimpan",
  undoneTitle: "Impor dibatalkan",
  summaryOf: (subject: InventoryImport) => {
    const { registeredCount, changedCount, leftCount, refusedCount, integrationCount } = subject;
    const integrations = integrationCount > 0;
    if (subject.isUndone)
      return `Impor ini sebelumnya menambahkan ${registeredCount} aplikasi dan mengubah ${changedCount}${integrations ? `, serta mencatat ${integrationCount} pertukaran data` : ""}.`;
    const rows = `${registeredCount} aplikasi ditambahkan, ${changedCount} diubah, ${leftCount} dibiarkan, dan ${refusedCount} tidak disimpan.`;
    return integrations ? `${rows} ${integrationCount} pertukaran data dicatat.` : rows;
  },
  undo: "Batalkan impor ini",
  undoOf: (name: string, moment: string) => `Batalkan impor ini: ${name}, ${moment}`,
  undoQuestion: (applications: number, integrations: number) =>
    integrations > 0
      ? `Batalkan ${applications} aplikasi dan ${integrations} pertukaran data?`
      : `Batalkan ${applications} aplikasi?`,
  undoYes: "Ya, batalkan",
  undoNo: "Tidak",
  undoForbidden:
    "Impor ini dibuat oleh orang lain, atau memuat aplikasi perangkat daerah lain, sehingga Anda tidak dapat membatalkannya. Mintalah staf daerah untuk membatalkannya.",
  withdrawn: (count: number) => `${count} pertukaran data dari impor ini ditarik.`,
  integrationsKept: (count: number) =>
    `${count} pertukaran data dari impor ini tetap tercatat, karena sudah dikonfirmasi atau didokumentasikan.`,
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
  importedBy: (name: string) => `oleh ${name}`,
  earlierNone: "Belum ada impor di daerah ini.",
  earlierCount: (count: number) => `${count} impor yang lebih lama tidak ditampilkan.`,
  file: "Berkas",
  at: "Waktu",
  result: "Hasil",
  action: "Tindakan",
};

const applications = (count: number): string => (count === 1 ? "1 application" : `${count} applications`);
const exchanges = (count: number): string => (count === 1 ? "1 exchange" : `${count} exchanges`);

const en: typeof id = {
  all: "Save all",
  allOf: (count) => `Save all (${count})`,
  onlyGood: (good, all) => `Save the good rows (${good} of ${all})`,
  whyNotAll: (count) =>
    `“Save all” can be used when ${count === 1 ? "1 row of step 3 is" : `${count} rows of step 3 are`} mended. “Save the good rows” saves the others now.`,
  fileRefused: "This file cannot be imported yet, because of the problem of the whole file in step 3. Mend its columns in step 2, or the file.",
  nothingToSave: "No row adds or changes an application, so there is nothing to save.",
  nothingYet: (count) => `Nothing can be saved yet: first mend ${count === 1 ? "1 row" : `${count} rows`} of step 3.`,
  storing: "Saving…",
  notReached:
    "The server has not answered, so it is not certain whether this import is saved. Press the same button again: an import that is saved is not recorded twice.",
  problem: {
    NotFound: "This file is gone: it has been imported, or an hour has passed. See the imports below, or upload it again.",
    InvalidInput: "This import cannot be accepted. Reload the page, then check it again.",
    OwnedElsewhere: "The data of this region is recorded only at the region's own node. Open this page there and sign in with an account of that node.",
    IdempotencyKeyReused: "This request was sent before with other content. Reload the page.",
    ImportRefused: "Some rows cannot be saved yet, so nothing is saved. The list in step 3 has been read again.",
    VersionConflict: "The file or the inventory has changed since it was checked. Step 3 has been read again; check it, then save again.",
  },
  savedTitle: "The import is saved",
  undoneTitle: "The import is undone",
  summaryOf: (subject) => {
    const { registeredCount, changedCount, leftCount, refusedCount, integrationCount } = subject;
    const integrations = integrationCount > 0;
    if (subject.isUndone)
      return `This import had added ${applications(registeredCount)} and changed ${changedCount}${integrations ? `, and recorded ${exchanges(integrationCount)}` : ""}.`;
    const rows = `${applications(registeredCount)} added, ${changedCount} changed, ${leftCount} left, and ${refusedCount} not saved.`;
    return integrations ? `${rows} ${exchanges(integrationCount)} recorded.` : rows;
  },
  undo: "Undo this import",
  undoOf: (name, moment) => `Undo this import: ${name}, ${moment}`,
  undoQuestion: (count, integrations) =>
    integrations > 0 ? `Undo ${applications(count)} and ${exchanges(integrations)}?` : `Undo ${applications(count)}?`,
  undoYes: "Yes, undo",
  undoNo: "No",
  undoForbidden:
    "Another person made this import, or it has applications of another OPD, so you cannot undo it. Ask the staff of the region to undo it.",
  withdrawn: (count) => `${exchanges(count)} of this import withdrawn.`,
  integrationsKept: (count) =>
    `${exchanges(count)} of this import kept, because of a later confirmation or document.`,
  undoing: "Undoing…",
  undone: (count) => `The import is undone: ${applications(count)} ${count === 1 ? "is" : "are"} as before.`,
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
  importedBy: (name) => `by ${name}`,
  earlierNone: "Nothing has been imported into this region.",
  earlierCount: (count) => (count === 1 ? "1 older import is not listed." : `${count} older imports are not listed.`),
  file: "File",
  at: "Time",
  result: "Result",
  action: "Action",
};

export const save = { id, en };
