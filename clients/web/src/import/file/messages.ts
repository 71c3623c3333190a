/** The messages of the choice and the upload of a file. */

const id = {
  intro: "Satu baris untuk satu aplikasi. Baris judul, sel gabungan, tanda “-”, dan beberapa lembar dapat dibaca apa adanya.",
  choose: "Berkas daftar aplikasi",
  pick: "Pilih berkas…",
  noFile: "Belum ada berkas yang dipilih",
  limits: "Excel (.xlsx, .xls), OpenDocument (.ods), CSV, atau tabel HTML; paling besar 20 MB.",
  drop: "Atau letakkan berkas di kotak ini.",
  template: "Unduh templat Excel",
  templateHint: "dengan pilihan perangkat daerah dan fungsi, bila daftarnya belum ada",
  upload: "Unggah dan baca",
  another: "Ganti berkas",
  uploading: (name: string, share: string) => `Mengunggah ${name}: ${share}`,
  reading: (name: string) => `Membaca ${name}…`,
  progress: "Kemajuan unggahan",
  read: (name: string, format: string) => `${name} (${format}) sudah dibaca.`,
  encoding: (name: string) => `Huruf dalam berkas dibaca sebagai ${name}.`,
  keptUntil: (moment: string) => `Disimpan sampai ${moment}.`,
  nothingChosen: "Pilih berkas terlebih dahulu.",
  tooLarge: (size: string) =>
    `Berkas ini ${size} MB, sedangkan batasnya 20 MB. Hapus gambar dan lembar yang tidak diperlukan, lalu unggah lagi.`,
  notReached: "Berkas belum terunggah karena server belum dapat dihubungi. Pilihan Anda tetap ada; tekan unggah lagi.",
  refusal: {
    FILE_TOO_LARGE: "Berkas lebih besar daripada 20 MB. Hapus gambar dan lembar yang tidak diperlukan, lalu unggah lagi.",
    UNSUPPORTED_MEDIA_TYPE: "Server tidak menerima jenis kiriman ini. Muat ulang halaman, lalu unggah lagi.",
    TOO_MANY_DRAFTS: "Sudah ada lima berkas Anda, atau 60 MB, yang menunggu. Selesaikan salah satunya, atau tunggu satu jam sampai terhapus.",
    BUSY: "Server sedang menerima banyak berkas. Tunggu sebentar, lalu unggah lagi.",
    REQUEST_TIMEOUT: "Unggahan terlalu lama. Periksa sambungan Anda, lalu unggah lagi.",
    FORBIDDEN: "Token Anda tidak berwenang mengimpor ke daerah ini. Pakailah token untuk daerah ini.",
    UNAUTHENTICATED: "Token Anda sudah tidak berlaku. Muat ulang halaman ini dengan token baru, lalu unggah lagi.",
    NOT_FOUND: "Daerah ini tidak ada di server ini.",
    OWNED_ELSEWHERE: "Data daerah ini hanya dapat dicatat di simpul daerah itu sendiri. Buka halaman ini di sana, dengan token dari simpul itu.",
  } as Record<string, string>,
  /** The message of the server, which is in the language of the page, states what to do. */
  unreadable: (message: string) => `Berkas ini tidak dapat dibaca: ${message}.`,
  refused: (code: string) =>
    `Berkas belum terunggah: server menolaknya dengan kode ${code}. Coba lagi, atau sampaikan kode itu kepada pengelola.`,
};

const en: typeof id = {
  intro: "One row for one application. Title lines, merged cells, “-” and several sheets are read as they are.",
  choose: "File with the list of applications",
  pick: "Choose a file…",
  noFile: "No file chosen",
  limits: "Excel (.xlsx, .xls), OpenDocument (.ods), CSV, or an HTML table; 20 MB at most.",
  drop: "Or drop a file in this box.",
  template: "Download the Excel template",
  templateHint: "with lists of OPDs and functions to choose from, if you have no list yet",
  upload: "Upload and read",
  another: "Change the file",
  uploading: (name, share) => `Uploading ${name}: ${share}`,
  reading: (name) => `Reading ${name}…`,
  progress: "Progress of the upload",
  read: (name, format) => `${name} (${format}) has been read.`,
  encoding: (name) => `The text of the file was read as ${name}.`,
  keptUntil: (moment) => `Kept until ${moment}.`,
  nothingChosen: "Choose a file first.",
  tooLarge: (size) => `This file has ${size} MB, and the limit is 20 MB. Remove pictures and sheets that are not needed, then upload it again.`,
  notReached: "The file is not uploaded, because the server cannot be reached. Your choice is still here; upload again.",
  refusal: {
    FILE_TOO_LARGE: "The file is larger than 20 MB. Remove pictures and sheets that are not needed, then upload it again.",
    UNSUPPORTED_MEDIA_TYPE: "The server does not accept this kind of request. Reload the page, then upload again.",
    TOO_MANY_DRAFTS: "Five of your files, or 60 MB, are waiting. Finish one of them, or wait an hour until they are deleted.",
    BUSY: "The server is receiving many files. Wait a moment, then upload it again.",
    REQUEST_TIMEOUT: "The upload took too long. Check your connection, then upload it again.",
    FORBIDDEN: "Your token has no authority to import into this region. Use a token for this region.",
    UNAUTHENTICATED: "Your token is no longer valid. Reload this page with a new token, then upload again.",
    NOT_FOUND: "This region does not exist on this server.",
    OWNED_ELSEWHERE: "The data of this region is recorded only at the region's own node. Open this page there, with a token of that node.",
  },
  unreadable: (message) => `This file cannot be read: ${message}.`,
  refused: (code) =>
    `The file is not uploaded: the server refused it with the code ${code}. Try again, or report that code to the operator.`,
};

export const file = { id, en };
