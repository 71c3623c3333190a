/** The messages of the chapter about duplicates. */
import type { Policy, SignalKind } from "./documents";

const id = {
  intro:
    "Baris inventaris yang merupakan, atau mungkin merupakan, satu sistem. Ini saran: tidak ada yang digabung atau dihapus.",
  summary: (listed: number, groups: number, single: number) =>
    groups === 0
      ? `Dari ${listed} baris inventaris, tidak ada yang tampak sama.`
      : `Dari ${listed} baris inventaris, ${groups} kelompok perlu dilihat; ${single} baris tidak mirip dengan baris lain.`,
  websites: (count: number) => `${count} baris adalah laman tentang kantor, bukan aplikasi:`,
  multiSystemListings: (count: number) => `${count} baris menyebut beberapa sistem sekaligus:`,
  policy: { AUTO: "Pasti satu sistem", REVIEW: "Perlu diperiksa orang" } satisfies Record<Policy, string>,
  policyText: {
    AUTO: (count: number) => `${count} baris ini adalah satu sistem yang didaftarkan berulang.`,
    REVIEW: (count: number) => `Apakah ${count} baris ini satu sistem? Cukup satu jawaban untuk kelompok ini.`,
  } satisfies Record<Policy, (count: number) => string>,
  national: (name: string, owner: string) => `Sistem nasional: ${name} (${owner}).`,
  linkReason: (a: string, b: string, signals: string) => `${a} dan ${b}: ${signals}.`,
  why: "Alasannya",
  signal: {
    NATIONAL_SYSTEM: (value: string) => `dikenali sebagai sistem nasional “${value}”`,
    SAME_NAME: (value: string) => `nama dasarnya sama, “${value}”`,
    SIMILAR_NAME: (value: string) => `huruf namanya ${value} serupa`,
    NAME_PREFIX: (value: string) => `nama yang satu mengawali nama yang lain, “${value}”`,
    SAME_ADDRESS: (value: string) => `alamatnya sama, ${value}`,
    SAME_HOST: (value: string) => `beralamat di situs yang sama, ${value}`,
    SAME_OPD: () => "dimiliki OPD yang sama",
  } satisfies Record<SignalKind, (value: string) => string>,
};

const en: typeof id = {
  intro: "Listings that are, or may be, one system. A suggestion: nothing is joined or removed.",
  summary: (listed, groups, single) =>
    groups === 0
      ? `None of ${listed} listings look similar.`
      : `Of ${listed} listings, ${groups} groups need a look; ${single} are like no other.`,
  websites: (count) => `${count} listings are pages about an office, not applications:`,
  multiSystemListings: (count) => `${count} listings name several systems:`,
  policy: { AUTO: "Surely one system", REVIEW: "A question to a person" },
  policyText: {
    AUTO: (count) => `These ${count} listings are one system, listed again.`,
    REVIEW: (count) => `Are these ${count} listings one system? One answer is enough for the group.`,
  },
  national: (name, owner) => `National system: ${name} (${owner}).`,
  linkReason: (a, b, signals) => `${a} and ${b}: ${signals}.`,
  why: "Why",
  signal: {
    NATIONAL_SYSTEM: (value) => `recognised as the national system “${value}”`,
    SAME_NAME: (value) => `their bare name is the same, “${value}”`,
    SIMILAR_NAME: (value) => `the letters of their names are ${value} similar`,
    NAME_PREFIX: (value) => `one name begins the other, “${value}”`,
    SAME_ADDRESS: (value) => `their address is the same, ${value}`,
    SAME_HOST: (value) => `they are on the same host, ${value}`,
    SAME_OPD: () => "they belong to the same OPD",
  },
};

export const duplicates = { id, en };
