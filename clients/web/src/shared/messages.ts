/** The messages that both pages show, in Indonesian and, for addresses with `?bahasa=en`, in English. */
import type { Language } from "./language";
import type { Kind, Source } from "./types";

type SourceProblem = NonNullable<Source["problem"]>;
type ClockDeviation = NonNullable<Source["clock"]>;

const id = {
  replay: "PUTAR ULANG",
  province: (name: string) => `Provinsi ${name}`,
  connection: { connecting: "Menyambung", live: "Langsung", stale: "Data usang", reading: "Dibaca berkala", lost: "Terputus", ended: "Sesi habis" },
  disconnectedTitle: "Sambungan ke server terputus.",
  readingTitle: "Sambungan langsung belum dapat dibuka.",
  readingText: (time: string) =>
    `Data dibaca ulang secara berkala, terakhir ${time}. Sambungan langsung dicoba lagi terus-menerus.`,
  busy: "Server sedang sibuk;",
  busyRetry: (seconds: number) => `dicoba lagi dalam ${seconds} detik.`,
  stillBusy: "Server masih sibuk, dan permintaan ini belum dikerjakan. Coba lagi sebentar lagi.",
  staleTitle: "Server tidak memberi kabar.",
  disconnectedText: (time: string) =>
    `Yang tampil adalah data terakhir, ${time}. Sambungan dicoba lagi terus-menerus.`,
  sourceAlert: {
    STALE: (names: string, since: string | null) =>
      since === null ? `Data ${names} belum lengkap di sini.` : `Data ${names} tertinggal ${since}.`,
    UNREACHABLE: (names: string, since: string | null) =>
      since === null ? `${names} belum pernah dapat dihubungi.` : `${names} tidak dapat dihubungi ${since}.`,
    DIVERGED: (names: string, since: string | null) =>
      `Catatan ${names} berbeda dari salinan di sini${since === null ? "" : ` ${since}`}.`,
  },
  /** Why the copy of a region does not advance. */
  sourceProblem: {
    NOT_LISTED: "Daerah ini tidak ada dalam daftar daerah server ini.",
    NOT_REACHED_YET: "Simpul pemiliknya belum pernah dapat dihubungi.",
    NO_CONNECTION: "Tidak ada sambungan ke simpul pemiliknya.",
    REJECTED: "Simpul pemiliknya menolak permintaan server ini.",
    PROTOCOL_VIOLATION: "Kiriman simpul pemiliknya tidak sesuai dengan protokol.",
    FEED_ENDED: "Simpul pemiliknya mengakhiri kiriman data.",
    HISTORY_CHANGED: "Catatan simpul pemiliknya bertentangan dengan yang pernah dikirimnya.",
    OWNER_BEHIND: "Pemilik yang baru belum memiliki seluruh catatan.",
    HANDED_OVER: "Daerah ini sudah diserahkan, dan pemilik barunya belum mengambil alih.",
    COPYING: "Salinan dihapus dan sedang dibuat ulang.",
    NOT_STORED: "Server ini gagal menyimpan data yang diterimanya.",
  } satisfies Record<SourceProblem, string>,
  sourceClock: {
    AHEAD: "Jam simpul pemiliknya terlalu cepat.",
    BACKWARDS: "Jam simpul pemiliknya berjalan mundur.",
  } satisfies Record<ClockDeviation, string>,
  refusedCount: (count: string) => `${count} entri ditolak.`,
  since: (moment: string, isOldest: boolean) =>
    isOldest ? `sejak ${moment} atau sesudahnya` : `sejak ${moment}`,
  moreRegions: (count: number) => `${count} daerah lain`,
  unavailable: "Server belum dapat dihubungi. Dicoba lagi terus-menerus.",
  language: "English",
  light: "Tema terang",
  dark: "Tema gelap",
  kind: {
    OFFICIAL: "Hasil resmi",
    SELF: "Penilaian mandiri",
    INTERIM: "Penilaian interim",
    EXTERNAL: "Penilaian eksternal",
    TARGET: "Target",
    SIMULATION: "Simulasi",
  } satisfies Record<Kind, string>,
};

const en: typeof id = {
  replay: "REPLAY",
  province: (name) => `Province of ${name}`,
  connection: { connecting: "Connecting", live: "Live", stale: "Data is stale", reading: "Read repeatedly", lost: "Disconnected", ended: "Session ended" },
  disconnectedTitle: "The connection to the server is lost.",
  readingTitle: "The live connection cannot be opened yet.",
  readingText: (time) =>
    `The data is read again from time to time, last ${time}. This page keeps trying to open the live connection.`,
  busy: "The server is busy;",
  busyRetry: (seconds) => (seconds === 1 ? "this page tries again in 1 second." : `this page tries again in ${seconds} seconds.`),
  stillBusy: "The server is still busy and has not done this. Try again in a moment.",
  staleTitle: "Nothing is heard from the server.",
  disconnectedText: (time) => `What you see is the last data, ${time}. This page keeps trying to reconnect.`,
  sourceAlert: {
    STALE: (names, since) =>
      since === null ? `The data of ${names} is not complete here.` : `The data of ${names} has lagged behind ${since}.`,
    UNREACHABLE: (names, since) =>
      since === null ? `No contact with ${names} yet.` : `No contact with ${names} ${since}.`,
    DIVERGED: (names, since) =>
      since === null
        ? `The log of ${names} differs from the copy here.`
        : `The log of ${names} has differed from the copy here ${since}.`,
  },
  sourceProblem: {
    NOT_LISTED: "The list of regions of this server does not have the region.",
    NOT_REACHED_YET: "The owner's node was never reached.",
    NO_CONNECTION: "There is no connection to the owner's node.",
    REJECTED: "The owner's node refuses the requests of this server.",
    PROTOCOL_VIOLATION: "What the owner's node sends violates the protocol.",
    FEED_ENDED: "The owner's node ended its feed.",
    HISTORY_CHANGED: "The log of the owner's node contradicts what it sent before.",
    OWNER_BEHIND: "The new owner does not have the whole log yet.",
    HANDED_OVER: "The region was handed over, and its new owner has not taken it over yet.",
    COPYING: "The copy was deleted and is made again.",
    NOT_STORED: "This server could not store the data that it received.",
  },
  sourceClock: {
    AHEAD: "The clock of the owner's node is fast.",
    BACKWARDS: "The clock of the owner's node runs backwards.",
  },
  refusedCount: (count) => (count === "1" ? "1 entry is refused." : `${count} entries are refused.`),
  since: (moment, isOldest) => (isOldest ? `since ${moment} or later` : `since ${moment}`),
  moreRegions: (count) => (count === 1 ? "1 other region" : `${count} other regions`),
  unavailable: "The server cannot be reached yet. This page keeps trying.",
  language: "Indonesia",
  light: "Light theme",
  dark: "Dark theme",
  kind: {
    OFFICIAL: "Official result",
    SELF: "Self-assessment",
    INTERIM: "Interim assessment",
    EXTERNAL: "External assessment",
    TARGET: "Target",
    SIMULATION: "Simulation",
  },
};

export type SharedMessages = typeof id;
export const SHARED_MESSAGES: Record<Language, SharedMessages> = { id, en };
