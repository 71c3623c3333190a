/** The messages about roles, sessions and the audit, which the pages of accounts share. */
import type { Language } from "../language";
import type { AuditAction, SignInMethod } from "./documents";

/** What an audit sentence may name. A part that is unknown or does not apply is empty. */
export interface AuditParts {
  /** Who acted, as in "oleh Sari"; empty if the person of the account did. */
  by: string;
  /** The right, as in "koordinator daerah untuk Kabupaten Garut". */
  right: string;
  reason: string;
  token: string;
  method: SignInMethod | null;
}

/** Puts the parts that are not empty into one sentence. */
function join(...parts: readonly string[]): string {
  return parts.filter(Boolean).join(" ");
}

const methodId: Record<SignInMethod, string> = {
  PASSWORD: "kata sandi",
  PASSKEY: "kunci sandi (passkey)",
  PROVIDER: "akun dinas (SSO)",
  LINK: "tautan masuk sekali pakai",
};

const methodEn: Record<SignInMethod, string> = {
  PASSWORD: "a password",
  PASSKEY: "a passkey",
  PROVIDER: "the office account (SSO)",
  LINK: "a one-time sign-in link",
};

const id = {
  retry: "Coba lagi",
  waiting: "Memuat…",
  unreachable: "Server belum dapat dihubungi. Yang Anda isi tetap ada di halaman ini; coba lagi.",
  refusal: {
    FORBIDDEN: "Hak Anda tidak mencakup tindakan ini.",
    UNAUTHENTICATED: "Sesi Anda habis. Masuk kembali; yang Anda isi tetap ada.",
    SESSION_ENDED: "Sesi Anda habis. Masuk kembali; yang Anda isi tetap ada.",
    CROSS_SITE_REQUEST: "Permintaan ini tidak datang dari halaman ini sendiri, jadi ditolak. Muat ulang halaman.",
  } as Record<string, string>,
  refused: (code: string) =>
    `Server menolak permintaan ini dengan kode ${code}. Yang Anda isi tetap ada; sampaikan kode itu kepada pengelola.`,
  refusedWithoutCode:
    "Server menolak permintaan ini tanpa menyebut alasan. Yang Anda isi tetap ada; sampaikan hal ini kepada pengelola.",
  signedOut: "Anda belum masuk.",
  endedNow: "Sesi Anda habis. Masuk kembali untuk membuka halaman ini.",
  signIn: "Masuk",
  toWall: "Layar pantau",
  ownAccount: "Akun saya",
  people: "Orang dan program",
  rightOf: (role: string, opds: string, regions: string) =>
    join(role, opds && `di ${opds}`, regions && `untuk ${regions}`),
  withDrafts: (right: string) => `${right}, termasuk draf`,
  noRight: "Tanpa hak",
  erasedName: "Nama dihapus",
  operator: "operator server",
  otherAccount: "akun lain",
  by: (name: string) => `oleh ${name}`,
  method: methodId,
  audit: {
    ACCOUNT_INVITED: ({ right, by }) => join("Diundang", right && `sebagai ${right}`, by),
    INVITATION_RENEWED: ({ by }) => join("Tautan undangan baru dibuat", by),
    INVITATION_ACCEPTED: () => "Undangan dipakai",
    RIGHT_CHANGED: ({ right, by }) => join("Hak ditetapkan", right && `sebagai ${right}`, by),
    RIGHT_WITHDRAWN: ({ by, reason }) => join("Hak dicabut", by, reason && `dengan alasan “${reason}”`),
    ACCOUNT_LOCKED: () => "Dikunci sementara karena terlalu banyak kata sandi yang salah",
    ACCOUNT_RENAMED: () => "Nama diganti",
    ACCOUNT_ERASED: ({ by }) => join("Nama dan nama masuk dihapus", by),
    PASSWORD_CHANGED: () => "Kata sandi baru dibuat",
    PASSKEY_ADDED: () => "Kunci sandi ditambahkan",
    PASSKEY_REMOVED: ({ by }) => join("Kunci sandi dihapus", by),
    LINK_CREATED: ({ by }) => join("Tautan masuk sekali pakai dibuat", by),
    SIGNED_IN: ({ method }) => (method ? `Masuk dengan ${methodId[method]}` : "Masuk"),
    SIGNED_OUT: () => "Keluar",
    SESSION_ENDED: ({ by }) => join("Sesi diakhiri", by),
    TOKEN_CREATED: ({ token, by }) => join("Token", token && `“${token}”`, "dibuat", by),
    TOKEN_WITHDRAWN: ({ token, by }) => join("Token", token && `“${token}”`, "dicabut", by),
  } satisfies Record<AuditAction, (parts: AuditParts) => string>,
  auditTitle: "Riwayat",
  auditEmpty: "Belum ada catatan.",
  auditMore: "Tampilkan yang lebih lama",
  sessionsTitle: "Sesi",
  noSessions: "Tidak ada sesi yang terbuka.",
  thisSession: "sesi ini",
  sessionSince: (moment: string, method: SignInMethod) => `sejak ${moment}, dengan ${methodId[method]}`,
  sessionUntil: (moment: string, end: string) => `berakhir ${moment} bila tidak dipakai, paling lambat ${end}`,
  endSession: "Akhiri",
  endSessionOf: (device: string, moment: string) => `Akhiri sesi ${device} sejak ${moment}`,
  sessionEnded: (device: string) => `Sesi ${device} diakhiri.`,
  device: (browser: string, system: string) => `${browser} di ${system}`,
  hiddenDevice: "Perangkat orang ini",
  unknownBrowser: "Peramban tidak dikenal",
  unknownSystem: "perangkat tidak dikenal",
};

export type AccountMessages = typeof id;

const en: AccountMessages = {
  retry: "Try again",
  waiting: "Loading…",
  unreachable: "The server cannot be reached. What you entered is still on this page; try again.",
  refusal: {
    FORBIDDEN: "Your right does not include this act.",
    UNAUTHENTICATED: "Your session has ended. Sign in again; what you entered is still here.",
    SESSION_ENDED: "Your session has ended. Sign in again; what you entered is still here.",
    CROSS_SITE_REQUEST: "This request did not come from this page itself, so it was refused. Reload the page.",
  },
  refused: (code) =>
    `The server refused this request with the code ${code}. What you entered is still here; report that code to the operator.`,
  refusedWithoutCode:
    "The server refused this request and gave no reason. What you entered is still here; report this to the operator.",
  signedOut: "You are not signed in.",
  endedNow: "Your session has ended. Sign in again to open this page.",
  signIn: "Sign in",
  toWall: "Wall",
  ownAccount: "My account",
  people: "People and programs",
  rightOf: (role, opds, regions) => join(role, opds && `at ${opds}`, regions && `for ${regions}`),
  withDrafts: (right) => `${right}, with drafts`,
  noRight: "Without a right",
  erasedName: "Name erased",
  operator: "the operator of the server",
  otherAccount: "another account",
  by: (name) => `by ${name}`,
  method: methodEn,
  audit: {
    ACCOUNT_INVITED: ({ right, by }) => join("Invited", right && `as ${right}`, by),
    INVITATION_RENEWED: ({ by }) => join("New invitation link made", by),
    INVITATION_ACCEPTED: () => "Invitation used",
    RIGHT_CHANGED: ({ right, by }) => join("Right set", right && `to ${right}`, by),
    RIGHT_WITHDRAWN: ({ by, reason }) => join("Right withdrawn", by, reason && `for the reason “${reason}”`),
    ACCOUNT_LOCKED: () => "Locked for a time after too many wrong passwords",
    ACCOUNT_RENAMED: () => "Name changed",
    ACCOUNT_ERASED: ({ by }) => join("Name and user name erased", by),
    PASSWORD_CHANGED: () => "New password set",
    PASSKEY_ADDED: () => "Passkey added",
    PASSKEY_REMOVED: ({ by }) => join("Passkey removed", by),
    LINK_CREATED: ({ by }) => join("One-time sign-in link made", by),
    SIGNED_IN: ({ method }) => (method ? `Signed in with ${methodEn[method]}` : "Signed in"),
    SIGNED_OUT: () => "Signed out",
    SESSION_ENDED: ({ by }) => join("Session ended", by),
    TOKEN_CREATED: ({ token, by }) => join("Token", token && `“${token}”`, "created", by),
    TOKEN_WITHDRAWN: ({ token, by }) => join("Token", token && `“${token}”`, "withdrawn", by),
  },
  auditTitle: "History",
  auditEmpty: "Nothing is on record.",
  auditMore: "Show older entries",
  sessionsTitle: "Sessions",
  noSessions: "No session is open.",
  thisSession: "this session",
  sessionSince: (moment, method) => `since ${moment}, with ${methodEn[method]}`,
  sessionUntil: (moment, end) => `ends ${moment} if it is not used, and ${end} at the latest`,
  endSession: "End",
  endSessionOf: (device, moment) => `End the session of ${device} since ${moment}`,
  sessionEnded: (device) => `The session of ${device} was ended.`,
  device: (browser, system) => `${browser} on ${system}`,
  hiddenDevice: "This person’s device",
  unknownBrowser: "Unknown browser",
  unknownSystem: "an unknown device",
};

export const ACCOUNT_MESSAGES: Record<Language, AccountMessages> = { id, en };
