/** What each problem of a cell asks for, as the end of a sentence that begins with the cell. */
import type { ProblemCode } from "../documents";

/** The formatted bounds of a number or of a length; null if there is none. */
interface Bounds {
  least: string | null;
  most: string | null;
}
type ProblemText = (bounds: Bounds) => string;

const between = ({ least, most }: Bounds, from: string, to: string) =>
  most === null ? "" : least === null ? ` ${to} ${most}` : ` ${from} ${least} ${to} ${most}`;

const id: Record<ProblemCode, ProblemText> = {
  NO_HEADER: () => "harus memiliki baris judul kolom, misalnya “Nama Aplikasi”",
  COLUMN_TWICE: () => "tidak boleh mengisi hal yang sama dengan kolom lain; pilih salah satu di langkah 2",
  TOO_MANY_CELLS: () => "tidak boleh memiliki isi di luar kolom berjudul",
  TOO_MANY_ROWS: (bounds) => `harus memiliki paling banyak ${bounds.most ?? "5.000"} baris; bagilah berkasnya`,
  REGION_FULL: (bounds) => `harus memuat paling banyak ${bounds.most ?? 0} aplikasi atau integrasi baru; daerah ini tidak dapat memiliki lebih banyak`,
  NAME_MISSING: () => "harus berisi nama aplikasi, misalnya SIMPEG",
  NAME_TWICE: () => "tidak boleh sama dengan nama aplikasi lain dari perangkat daerah yang sama",
  TEXT_TOO_LONG: (bounds) => `harus berupa teks paling banyak ${bounds.most ?? 200} huruf`,
  NOT_A_YEAR: (bounds) => `harus berupa angka bulat${between(bounds, "dari", "sampai")}, misalnya 2021`,
  NOT_A_WHOLE_NUMBER: (bounds) => `harus berupa angka bulat${between(bounds, "dari", "sampai")}, misalnya 1200`,
  NOT_AN_AMOUNT: () => "harus berupa jumlah rupiah, misalnya 150.000.000",
  NUMBER_OUT_OF_RANGE: (bounds) => `harus berupa angka${between(bounds, "dari", "sampai")}`,
  NOT_YES_OR_NO: () => "harus berupa ya atau tidak",
  NOT_AN_ADDRESS: () => "harus berupa alamat situs, misalnya https://simpeg.contoh.go.id",
  SECOND_ADDRESS: () => "hanya alamat pertama yang dicatat; alamat lainnya tidak disimpan",
  LINK_NOT_READ: () => "alamat di balik teks tidak terbaca dari jenis berkas ini; tulislah alamatnya, misalnya https://simpeg.contoh.go.id",
  STATUS_UNKNOWN: () => "status ini belum dikenal, sehingga tidak dicatat; misalnya Aktif, Tidak Aktif, atau Dalam Pengembangan",
  FUNCTION_UNKNOWN: () => "fungsi ini belum dikenal, sehingga tidak dicatat; misalnya Kepegawaian",
  COMMON_APPLICATION_UNKNOWN: () => "aplikasi umum ini belum dikenal, misalnya SRIKANDI",
  CAPABILITY_UNKNOWN: () => "kemampuan ini belum dikenal",
  OPD_UNKNOWN: () => "perangkat daerah ini belum dikenal",
  OPD_MISSING: () => "harus berisi perangkat daerah, misalnya Dinas Kesehatan",
  OPD_NOT_YOURS: () => "harus berupa perangkat daerah Anda sendiri",
  REGION_UNKNOWN: () => "harus berupa daerah yang dikenal, misalnya 32.05 atau Kabupaten Garut",
  OTHER_REGION: () => "baris ini milik daerah lain; impor di halaman daerah itu",
  FORMULA_ERROR: () => "rumusnya tidak menghasilkan nilai; tulislah nilainya",
  ID_UNKNOWN: () => "ID ini tidak ada di daerah ini; kosongkan untuk aplikasi baru",
  ID_OF_OTHER_OPD: () => "ID ini milik aplikasi perangkat daerah lain",
  APPLICATION_RETIRED: () => "aplikasi ini sudah dihentikan, sehingga barisnya dibiarkan",
  INTEGRATION_UNKNOWN: () => "aplikasi tujuan integrasi ini belum dikenal, sehingga belum dicatat",
  VALUE_REFUSED: () => "isi ini tidak dapat dicatat",
};

const en: Record<ProblemCode, ProblemText> = {
  NO_HEADER: () => "must have a header, for example “Nama Aplikasi”",
  COLUMN_TWICE: () => "must not hold the same field as another column; choose one in step 2",
  TOO_MANY_CELLS: () => "must not have content outside the columns with a header",
  TOO_MANY_ROWS: (bounds) => `must have at most ${bounds.most ?? "5,000"} rows; split the file`,
  REGION_FULL: (bounds) => `must have at most ${bounds.most ?? 0} new applications or integrations; the region cannot have more`,
  NAME_MISSING: () => "must be the name of an application, for example SIMPEG",
  NAME_TWICE: () => "must differ from the name of every other application of the same OPD",
  TEXT_TOO_LONG: (bounds) => `must be a text of at most ${bounds.most ?? 200} characters`,
  NOT_A_YEAR: (bounds) => `must be a year${between(bounds, "from", "to")}, for example 2021`,
  NOT_A_WHOLE_NUMBER: (bounds) => `must be a whole number${between(bounds, "from", "to")}, for example 250`,
  NOT_AN_AMOUNT: () => "must be an amount in rupiah, for example 150.000.000",
  NUMBER_OUT_OF_RANGE: (bounds) => `must be a number${between(bounds, "from", "to")}`,
  NOT_YES_OR_NO: () => "must be yes or no",
  NOT_AN_ADDRESS: () => "must be a web address, for example https://simpeg.contoh.go.id",
  SECOND_ADDRESS: () => "only the first address is recorded; the others are not saved",
  LINK_NOT_READ: () => "the address behind the text cannot be read from this kind of file; write the address, for example https://simpeg.contoh.go.id",
  STATUS_UNKNOWN: () => "this status is not known, so it is not recorded; for example Aktif, Tidak Aktif, or Dalam Pengembangan",
  FUNCTION_UNKNOWN: () => "this function is not known, so it is not recorded; for example Kepegawaian",
  COMMON_APPLICATION_UNKNOWN: () => "this common application is not known; for example SRIKANDI",
  CAPABILITY_UNKNOWN: () => "this capability is not known",
  OPD_UNKNOWN: () => "this OPD is not known",
  OPD_MISSING: () => "must name an OPD, for example Dinas Kesehatan",
  OPD_NOT_YOURS: () => "must be your own OPD",
  REGION_UNKNOWN: () => "must be a known region, for example 32.05 or Kabupaten Garut",
  OTHER_REGION: () => "this row belongs to another region; import it on the page of that region",
  FORMULA_ERROR: () => "the formula has no value; write the value",
  ID_UNKNOWN: () => "this region has no such ID; leave it empty for a new application",
  ID_OF_OTHER_OPD: () => "this ID belongs to an application of another OPD",
  APPLICATION_RETIRED: () => "this application has been retired, so its row is left",
  INTEGRATION_UNKNOWN: () => "the application of this exchange is not known, so it is not recorded yet",
  VALUE_REFUSED: () => "this content cannot be recorded",
};

export const problemText = { id, en };
