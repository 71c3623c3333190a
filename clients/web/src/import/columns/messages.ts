/** The messages of the sheets that are read, their columns, and what is not read. */
import type { OpdOrigin, SetApartReason, SheetReason } from "../documents";

const id = {
  intro: "Periksa arti setiap kolom. Pilihan langsung disimpan dan diingat untuk judul kolom yang sama di daerah ini.",
  sheet: (name: string) => (name ? `Lembar “${name}”` : "Tabel"),
  header: (rows: readonly number[]) =>
    rows.length > 1 ? `Judul kolom di baris ${rows[0]} sampai ${rows.at(-1)}` : `Judul kolom di baris ${rows[0]}`,
  column: "Kolom",
  title: "Judul",
  example: "Contoh isi",
  field: "Dicatat sebagai",
  fieldOf: (letter: string, header: string) => `Kolom ${letter} ${header}: dicatat sebagai`,
  notTaken: "tidak diambil",
  noHeader: "(tanpa judul)",
  notTakenCount: (count: number, all: number) =>
    count ? `${count} dari ${all} kolom tidak diambil: isinya tidak akan disimpan.` : `Semua ${all} kolom diambil.`,
  repeated: (name: string) => `${name} sudah diambil dari kolom lain`,
  opdFrom: {
    SHEET_NAME: (name: string) => `Baris tanpa perangkat daerah dicatat untuk ${name}, menurut nama lembar.`,
    TITLE: (name: string) => `Baris tanpa perangkat daerah dicatat untuk ${name}, menurut judul di atas tabel.`,
  } satisfies Record<OpdOrigin, (name: string) => string>,
  skip: "Lewati lembar ini",
  readAgain: "Baca lembar ini",
  notRead: "Lembar yang tidak dibaca",
  reason: {
    EMPTY: "kosong",
    HIDDEN: "disembunyikan di dalam berkas",
    SKIPPED: "Anda lewati",
    NO_HEADER: "tidak ada baris judul kolom dalam 20 baris pertama",
    NO_NAME_COLUMN: "belum dibaca, karena tidak ada kolom nama aplikasi; pilih kolomnya",
    REFERENCE: "daftar rujukan, bukan daftar aplikasi",
    NO_ROWS: "tidak ada baris di bawah judul",
  } satisfies Record<SheetReason, string>,
  setApart: (count: number) => `${count} baris bukan aplikasi`,
  row: (row: number) => `Baris ${row}`,
  setApartReason: {
    TITLE: "judul",
    HEADER_REPEATED: "judul kolom yang terulang",
    NUMBERING: "nomor kolom",
    OPD_HEADING: "nama perangkat daerah untuk baris di bawahnya",
    NOTE: "catatan",
    TOTAL: "jumlah",
    SIGNATURE: "tanda tangan",
    EXAMPLE: "contoh dari templat",
    NO_APPLICATION: "tidak ada nama aplikasi",
  } satisfies Record<SetApartReason, string>,
  moreSetApart: (count: number) => `dan ${count} baris lain`,
};

const en: typeof id = {
  intro: "Check the meaning of each column. A choice is saved at once, and remembered for the same headers in this region.",
  sheet: (name) => (name ? `Sheet “${name}”` : "Table"),
  header: (rows) => (rows.length > 1 ? `Header in rows ${rows[0]} to ${rows.at(-1)}` : `Header in row ${rows[0]}`),
  column: "Column",
  title: "Header",
  example: "Example",
  field: "Recorded as",
  fieldOf: (letter, header) => `Column ${letter} ${header}: recorded as`,
  notTaken: "not taken",
  noHeader: "(no header)",
  notTakenCount: (count, all) =>
    count ? `${count} of ${all} columns are not taken: their content will not be saved.` : `All ${all} columns are taken.`,
  repeated: (name) => `${name} is taken from another column`,
  opdFrom: {
    SHEET_NAME: (name) => `Rows without an OPD are recorded for ${name}, by the name of the sheet.`,
    TITLE: (name) => `Rows without an OPD are recorded for ${name}, by the title above the table.`,
  },
  skip: "Leave this sheet out",
  readAgain: "Read this sheet",
  notRead: "Sheets that are not read",
  reason: {
    EMPTY: "empty",
    HIDDEN: "hidden in the file",
    SKIPPED: "you left it out",
    NO_HEADER: "no header within the first 20 rows",
    NO_NAME_COLUMN: "not read yet, because no column has the names of applications; choose it",
    REFERENCE: "a reference list, not a list of applications",
    NO_ROWS: "no rows below the header",
  },
  setApart: (count) => (count === 1 ? "1 row is no application" : `${count} rows are no applications`),
  row: (row) => `Row ${row}`,
  setApartReason: {
    TITLE: "title",
    HEADER_REPEATED: "the header again",
    NUMBERING: "numbers of the columns",
    OPD_HEADING: "name of the OPD of the rows below",
    NOTE: "note",
    TOTAL: "total",
    SIGNATURE: "signature",
    EXAMPLE: "example of the template",
    NO_APPLICATION: "no name of an application",
  },
  moreSetApart: (count) => (count === 1 ? "and 1 other row" : `and ${count} other rows`),
};

export const columns = { id, en };
