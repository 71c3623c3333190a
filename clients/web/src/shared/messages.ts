/** The messages that both pages show, in Indonesian and, for addresses with `?bahasa=en`, in English. */
import type { Language } from "./language";
import type { Kind } from "./types";

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
