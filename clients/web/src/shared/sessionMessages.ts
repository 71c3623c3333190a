/** The messages about the session, on every page, and about signing in, in Indonesian and in English. */
import type { Language } from "./language";
import { preferences } from "./preferences.svelte";
import type { RoleName } from "./sessionRequest";

const id = {
  role: {
    PUBLIC: "umum",
    FOLLOWER: "pengikut data",
    OPD: "staf OPD",
    REGION: "koordinator daerah",
    ASSESSOR: "asesor",
    PROVINCE: "pembina provinsi",
    ADMIN: "administrator",
  } satisfies Record<RoleName, string>,
  bar: "Sesi Anda",
  signIn: "Masuk",
  signInAgain: "Masuk kembali",
  signInAgainAs: (name: string) => `Masuk kembali sebagai ${name}`,
  account: "Akun",
  signOut: "Keluar",
  signOutQuestion: "Yang Anda ketik di halaman ini mungkin belum tersimpan. Keluar sekarang?",
  stay: "Tetap di sini",
  signOutFailed: "Belum keluar: server tidak dapat dihubungi. Coba lagi.",
  until: (time: string) => `sampai ${time}`,
  moreRegions: (count: number) => `dan ${count} daerah lain`,
  warning: (time: string) => `Sesi Anda berakhir ${time} bila tidak ada kegiatan.`,
  finalWarning: (time: string) =>
    `Sesi Anda berakhir ${time} dan tidak dapat diperpanjang lagi. Masuklah kembali sebelum itu; yang Anda ketik di halaman ini tetap ada.`,
  goOn: "Lanjutkan",
  later: "Nanti",
  endedTitle: "Sesi Anda habis",
  signedOutTitle: "Anda sudah keluar",
  signedOutText: (name: string) =>
    `Peramban ini tidak lagi masuk, misalnya karena Anda keluar di tab lain. Yang sudah Anda ketik di halaman ini masih ada; masuklah kembali sebagai ${name} untuk melanjutkan.`,
  endedText: (name: string) =>
    `Waktunya lewat, atau sesi ini diakhiri dari tempat lain. Yang sudah Anda ketik di halaman ini masih ada. Masuklah kembali sebagai ${name} di sini atau di tab lain, lalu lanjutkan.`,
  goOnPublicly: "Lanjut tanpa masuk",
  goOnPubliclyHint: "Tanpa masuk, halaman ini menampilkan data publik saja dan yang belum tersimpan hilang.",
  close: "Tutup dulu",
  otherTab: "Masuk di tab lain",
  publicBanner: "Sesi Anda habis; yang tampil adalah data publik.",
  replaced: (now: string, before: string) =>
    `Sekarang ${now} yang masuk, sedangkan halaman ini dibuka oleh ${before}. Salin yang masih Anda perlukan, lalu muat ulang; atau masuk kembali sebagai ${before} di tab lain.`,
  reload: "Muat ulang halaman",
  halted: "Halaman ini berhenti karena orang lain yang masuk sekarang. Muat ulang halaman.",

  login: "Nama masuk",
  loginHint: "Nama yang tertera pada undangan Anda.",
  password: "Kata sandi",
  show: "Tampilkan",
  hide: "Sembunyikan",
  showPassword: "Tampilkan kata sandi",
  hidePassword: "Sembunyikan kata sandi",
  byPassword: "Masuk dengan kata sandi",
  or: "atau",
  byPasskey: "Masuk dengan kunci sandi",
  byProvider: (name: string) => `Masuk lewat ${name}`,
  passkeyObstacle: {
    address:
      "Kunci sandi hanya dapat dipakai pada alamat bernama, misalnya localhost, bukan pada alamat angka seperti ini.",
    browser: "Peramban ini belum mendukung kunci sandi. Perbarui peramban atau pakai kata sandi.",
    insecure: "Kunci sandi hanya dapat dipakai lewat sambungan aman (https).",
  },
  sending: "Memeriksa…",
  missing: { login: "Isi nama masuk terlebih dahulu.", password: "Isi kata sandi terlebih dahulu." },
  lost: "Lupa kata sandi atau kehilangan kunci sandi? Minta undangan baru kepada orang yang mengundang Anda.",
  error: {
    SIGN_IN_REFUSED: "Nama masuk atau kata sandi tidak cocok. Periksa keduanya, lalu coba lagi.",
    PASSKEY_REFUSED:
      "Kunci sandi itu tidak dikenal di sini. Pilih kunci lain, atau minta undangan baru kepada orang yang mengundang Anda.",
    NO_RIGHT:
      "Akun Anda saat ini tidak mempunyai hak di sini. Hubungi orang yang mengundang Anda untuk memintanya kembali.",
    RIGHT_WITHDRAWN: "Hak Anda sudah dicabut, karena itu sesi Anda habis. Hubungi orang yang mengundang Anda.",
    CROSS_SITE_REQUEST: "Permintaan ini tidak berasal dari halaman ini. Muat ulang halaman, lalu coba lagi.",
    PASSKEY_DECLINED: "Kunci sandi tidak jadi dipakai. Coba lagi, atau masuk dengan cara lain.",
    UNREACHABLE: "Server tidak dapat dihubungi. Periksa sambungan Anda, lalu coba lagi.",
  } as Record<string, string>,
  tooMany: (time: string) =>
    `Terlalu banyak percobaan yang gagal. Coba lagi setelah pukul ${time}, atau minta undangan baru kepada orang yang mengundang Anda.`,
  otherError: (code: string) => `Server menolak permintaan ini (${code}). Coba lagi; bila tetap gagal, hubungi pengelola.`,
};

const en: typeof id = {
  role: {
    PUBLIC: "public",
    FOLLOWER: "data follower",
    OPD: "OPD staff",
    REGION: "coordinator of a region",
    ASSESSOR: "assessor",
    PROVINCE: "coach of a province",
    ADMIN: "administrator",
  },
  bar: "Your session",
  signIn: "Sign in",
  signInAgain: "Sign in again",
  signInAgainAs: (name) => `Sign in again as ${name}`,
  account: "Account",
  signOut: "Sign out",
  signOutQuestion: "What you typed on this page may not be saved yet. Sign out now?",
  stay: "Stay here",
  signOutFailed: "Not signed out yet: the server cannot be reached. Try again.",
  until: (time) => `until ${time}`,
  moreRegions: (count) => (count === 1 ? "and 1 other region" : `and ${count} other regions`),
  warning: (time) => `Your session ends ${time} unless you do something.`,
  finalWarning: (time) =>
    `Your session ends ${time} and cannot be extended any more. Sign in again before that; what you typed on this page stays.`,
  goOn: "Go on",
  later: "Later",
  endedTitle: "Your session has ended",
  signedOutTitle: "You have signed out",
  signedOutText: (name) =>
    `This browser is no longer signed in, for example because you signed out in another tab. What you typed on this page is still here; sign in again as ${name} to go on.`,
  endedText: (name) =>
    `Its time is over, or it was ended from elsewhere. What you typed on this page is still here. Sign in again as ${name}, here or in another tab, then go on.`,
  goOnPublicly: "Go on without signing in",
  goOnPubliclyHint: "Without signing in, this page shows public data only, and what is not saved is lost.",
  close: "Close for now",
  otherTab: "Sign in in another tab",
  publicBanner: "Your session has ended; this page shows public data.",
  replaced: (now, before) =>
    `${now} is signed in now, but ${before} opened this page. Copy what you still need, then reload; or sign in again as ${before} in another tab.`,
  reload: "Reload the page",
  halted: "This page has stopped because another person is signed in now. Reload it.",

  login: "User name",
  loginHint: "The name that your invitation states.",
  password: "Password",
  show: "Show",
  hide: "Hide",
  showPassword: "Show the password",
  hidePassword: "Hide the password",
  byPassword: "Sign in with the password",
  or: "or",
  byPasskey: "Sign in with a passkey",
  byProvider: (name) => `Sign in with ${name}`,
  passkeyObstacle: {
    address: "Passkeys need an address with a name, such as localhost, and not one of digits like this.",
    browser: "This browser does not support passkeys yet. Update it, or use a password.",
    insecure: "Passkeys need a secure connection (https).",
  },
  sending: "Checking…",
  missing: { login: "Enter your user name first.", password: "Enter your password first." },
  lost: "Did you lose your password or passkey? Ask the person who invited you for a new invitation.",
  error: {
    SIGN_IN_REFUSED: "The user name or the password does not match. Check both, then try again.",
    PASSKEY_REFUSED:
      "That passkey is not known here. Choose another one, or ask the person who invited you for a new invitation.",
    NO_RIGHT: "Your account has no right here at present. Ask the person who invited you to give it again.",
    RIGHT_WITHDRAWN: "Your right was withdrawn, so your session has ended. Ask the person who invited you.",
    CROSS_SITE_REQUEST: "This request did not come from this page. Reload the page, then try again.",
    PASSKEY_DECLINED: "No passkey was used. Try again, or sign in another way.",
    UNREACHABLE: "The server cannot be reached. Check your connection, then try again.",
  },
  tooMany: (time) =>
    `Too many attempts failed. Try again after ${time}, or ask the person who invited you for a new invitation.`,
  otherError: (code) => `The server refused this request (${code}). Try again; if it fails again, ask the operator.`,
};

export type SessionMessages = typeof id;
const SESSION_MESSAGES: Record<Language, SessionMessages> = { id, en };

/** Returns the messages in the current language of the page. */
export function sessionMessages(): SessionMessages {
  return SESSION_MESSAGES[preferences.language];
}
