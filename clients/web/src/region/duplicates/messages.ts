/** The messages of the chapter about duplicates. The page shows a signal without a message by its name. */
import type { Policy } from "./documents";

const id = {
  intro:
    "Baris inventaris yang merupakan, atau mungkin merupakan, satu sistem. Ini saran: tidak ada yang digabung atau dihapus.",
  summary: (listed: number, groups: number, single: number) =>
    groups === 0
      ? `Dari ${listed} baris inventaris, tidak ada yang tampak sama.`
      : `Dari ${listed} baris inventaris, ${groups} kelompok perlu dilihat; ${single} baris tidak mirip dengan baris lain.`,
  websites: (count: number) => `${count} baris adalah laman tentang kantor, bukan aplikasi:`,
  severalSystems: (count: number) => `${count} baris menyebut beberapa sistem sekaligus:`,
  policy: { AUTO: "Pasti satu sistem", REVIEW: "Perlu diperiksa orang" } satisfies Record<Policy, string>,
  policyText: {
    AUTO: (count: number) => `${count} baris ini adalah satu sistem yang didaftarkan berulang.`,
    REVIEW: (count: number) => `Apakah ${count} baris ini satu sistem? Cukup satu jawaban untuk kelompok ini.`,
  } satisfies Record<Policy, (count: number) => string>,
  national: (name: string, owner: string) => `Sistem nasional: ${name} (${owner}).`,
  linkReason: (a: string, b: string, signals: string) => `${a} dan ${b}: ${signals}.`,
  why: "Alasannya",
  signal: {
    "same name": (value: string) => `nama dasarnya sama, “${value}”`,
    "same address": (value: string) => `alamatnya sama, ${value}`,
    "same host": (value: string) => `beralamat di situs yang sama, ${value}`,
    "same OPD": () => "dimiliki OPD yang sama",
    "letters alike": (value: string) => `huruf namanya ${value} serupa`,
    "national system": (value: string) => `dikenali sebagai sistem nasional “${value}”`,
    "one name begins the other": (value: string) => `nama yang satu mengawali nama yang lain, “${value}”`,
  } as Record<string, (value: string) => string>,
};

const en: typeof id = {
  intro: "Listings that are, or may be, one system. A suggestion: nothing is joined or removed.",
  summary: (listed, groups, single) =>
    groups === 0
      ? `None of ${listed} listings look similar.`
      : `Of ${listed} listings, ${groups} groups need a look; ${single} are like no other.`,
  websites: (count) => `${count} listings are pages about an office, not applications:`,
  severalSystems: (count) => `${count} listings name several systems:`,
  policy: { AUTO: "Surely one system", REVIEW: "A question to a person" },
  policyText: {
    AUTO: (count) => `These ${count} listings are one system, listed again.`,
    REVIEW: (count) => `Are these ${count} listings one system? One answer is enough for the group.`,
  },
  national: (name, owner) => `National system: ${name} (${owner}).`,
  linkReason: (a, b, signals) => `${a} and ${b}: ${signals}.`,
  why: "Why",
  signal: {
    "same name": (value) => `their bare name is the same, “${value}”`,
    "same address": (value) => `their address is the same, ${value}`,
    "same host": (value) => `they are on the same host, ${value}`,
    "same OPD": () => "they belong to the same OPD",
    "letters alike": (value) => `the letters of their names are ${value} similar`,
    "national system": (value) => `recognised as the national system “${value}”`,
    "one name begins the other": (value) => `one name begins the other, “${value}”`,
  },
};

export const duplicates = { id, en };
