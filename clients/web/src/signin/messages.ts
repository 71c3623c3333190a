/** The messages of the pages to sign in and to sign out. */
import type { Language } from "../shared/language";

const id = {
  title: "Masuk ke Simpul",
  lead: "Untuk pegawai yang diundang. Data publik terbuka tanpa masuk.",
  toWall: "Layar pantau",
  waiting: "Memeriksa…",
  signedInAs: (name: string, role: string) => `Anda sudah masuk sebagai ${name} (${role}).`,
  signInAgainAs: (name: string) =>
    `Masuklah kembali sebagai ${name}, supaya halaman Anda yang terbuka dapat dilanjutkan dengan sesi baru.`,
  goOn: "Lanjutkan",
  goOnAs: (name: string) => `Lanjutkan sebagai ${name}`,
  unknownTitle: "Halaman ini tidak ada",
  unknownText: "Alamat ini tidak dikenal di server ini. Periksa alamatnya, atau mulai dari layar pantau.",
  orOther: "Masuk dengan akun lain",
  endedTitle: "Sesi Anda habis",
  problemTitle: "Belum berhasil masuk",
  backToSignIn: "Masuk dengan cara lain",

  invitationTitle: "Anda diundang",
  invitation: (giver: string | null, role: string) =>
    giver === null ? `Anda diundang ke Simpul sebagai ${role}.` : `${giver} mengundang Anda ke Simpul sebagai ${role}.`,
  name: "Nama",
  role: "Peran",
  regions: "Daerah",
  opds: "Perangkat daerah",
  validUntil: (time: string) => `Undangan ini berlaku sampai ${time} dan hanya dapat dipakai sekali.`,
  ownLogin: "Nama masuk",
  chooseLogin: "Pilih nama masuk",
  chooseLoginHint: "Misalnya alamat surel dinas Anda. Nama ini dipakai setiap kali Anda masuk.",
  newPassword: "Kata sandi baru",
  newPasswordHint: "Paling sedikit 12 karakter. Beberapa kata yang tidak berkaitan mudah diingat dan sulit ditebak.",
  passwordLength: (count: number, least: number) => `${count} dari paling sedikit ${least} karakter`,
  accept: "Simpan kata sandi dan masuk",
  acceptByPasskey: "Buat kunci sandi dan masuk",
  passkeyWay: "Atau tanpa kata sandi: kunci sandi disimpan di perangkat Anda dan dibuka dengan sidik jari, wajah, atau PIN.",
  passkeyName: "Nama kunci sandi",
  passkeyNameHint: "Agar Anda mengenalinya kelak, misalnya “ponsel kantor”.",
  defaultPasskeyName: "Kunci sandi saya",
  replacesSession: (name: string) =>
    `Di peramban ini ${name} sedang masuk. Menerima undangan ini menggantikan sesi itu.`,
  error: {
    PASSWORD_TOO_SHORT: "Kata sandi harus paling sedikit 12 karakter.",
    PASSWORD_TOO_LONG: "Kata sandi boleh paling banyak 128 karakter.",
    PASSWORD_TOO_COMMON:
      "Kata sandi itu terlalu mudah ditebak: terlalu umum, atau mirip nama Anda. Pakailah beberapa kata yang tidak berkaitan.",
    LOGIN_MISSING: "Pilih nama masuk terlebih dahulu.",
    LOGIN_INVALID: "Nama masuk itu tidak dapat dipakai. Pakailah huruf, angka, titik, garis, atau alamat surel, tanpa spasi.",
    LOGIN_TAKEN: "Nama masuk itu sudah dipakai orang lain. Pilih yang lain.",
    ACCOUNT_CHANGED: "Akun ini baru saja diubah orang lain. Coba lagi.",
    PASSKEY_REFUSED: "Kunci sandi itu tidak dapat disimpan. Coba lagi, atau pakai kata sandi.",
  } as Record<string, string>,
  voidTitle: "Undangan atau tautan ini tidak berlaku lagi",
  void: {
    invitation:
      "Undangan hanya dapat dipakai sekali dan ada batas waktunya; undangan yang lebih baru menggantikan yang lama. Bila Anda sudah pernah memakainya, masuklah seperti biasa. Bila belum, minta undangan baru kepada orang yang mengundang Anda.",
    link: "Tautan masuk hanya dapat dipakai sekali dan berlaku sepuluh menit. Buat yang baru dengan perintah simpul account link.",
  },
  notLocalTitle: "Tautan ini hanya untuk komputer server",
  notLocal: "Tautan masuk hanya berlaku di komputer tempat Simpul berjalan. Masuklah dengan kata sandi atau kunci sandi.",
  linkTitle: "Masuk dengan tautan",
  replaceTitle: "Ganti akun?",
  replace: (current: string, next: string) =>
    `Anda sedang masuk sebagai ${current}. Tautan ini masuk sebagai ${next}; sesi yang sekarang berakhir di peramban ini.`,
  doReplace: (name: string) => `Ganti ke ${name}`,
  keep: "Tetap dengan akun sekarang",
  retry: "Coba lagi",

  providerClaim: (claim: string) =>
    `Penyedia identitas tidak memberi yang diperlukan pada klaim “${claim}”. Minta pengelola penyedia identitas memperbaikinya, dan sebutkan nama klaim itu.`,
  providerError: {
    SIGN_IN_EXPIRED: "Masuk lewat penyedia identitas terlalu lama atau sudah terpakai. Mulailah sekali lagi.",
    PROVIDER_REFUSED: "Penyedia identitas menolak: Anda mungkin membatalkannya. Coba lagi, atau masuk dengan cara lain.",
    CODE_REFUSED: "Penyedia identitas tidak menerima kode yang dikeluarkannya. Coba lagi; bila tetap gagal, hubungi pengelola.",
    PROVIDER_UNAVAILABLE:
      "Penyedia identitas tidak dapat dihubungi. Coba lagi sebentar lagi, atau masuk dengan cara lain.",
    NO_RIGHT: "Akun Anda saat ini tidak mempunyai hak di sini. Hubungi administrator Simpul di tempat Anda.",
  } as Record<string, string>,
  providerOther: (code: string) =>
    `Masuk lewat penyedia identitas belum berhasil (${code}). Coba lagi; bila tetap gagal, sebutkan kode itu kepada pengelola.`,

  doneTitle: "Anda sudah masuk",
  doneText: "Tutup tab ini dan kembalilah ke halaman Anda: halaman itu sudah tahu bahwa Anda masuk.",
  notDoneTitle: "Anda belum masuk",

  signOutTitle: "Keluar",
  signOutText: (name: string, role: string) =>
    `Anda masuk sebagai ${name} (${role}). Halaman Anda yang terbuka di peramban ini lalu meminta Anda masuk kembali, atau melanjutkan dengan data publik.`,
  signedOutTitle: "Anda sudah keluar",
  signedOutText: "Sesi Anda sudah diakhiri di peramban ini. Di komputer bersama, tutup juga perambannya.",
  signOut: "Keluar",
  signInAgain: "Masuk lagi",
  back: "Kembali ke halaman tadi",
};

const en: typeof id = {
  title: "Sign in to Simpul",
  lead: "For invited staff. Public data is open without signing in.",
  toWall: "Wall",
  waiting: "Checking…",
  signedInAs: (name, role) => `You are signed in as ${name} (${role}).`,
  signInAgainAs: (name) => `Sign in again as ${name}, so that your open pages go on with a new session.`,
  goOn: "Go on",
  goOnAs: (name) => `Go on as ${name}`,
  unknownTitle: "This page does not exist",
  unknownText: "This server does not know the address. Check it, or start from the wall.",
  orOther: "Sign in with another account",
  endedTitle: "Your session has ended",
  problemTitle: "Not signed in yet",
  backToSignIn: "Sign in another way",

  invitationTitle: "You are invited",
  invitation: (giver, role) =>
    giver === null ? `You are invited to Simpul as ${role}.` : `${giver} invites you to Simpul as ${role}.`,
  name: "Name",
  role: "Role",
  regions: "Region",
  opds: "OPD",
  validUntil: (time) => `This invitation is valid until ${time} and can be used once only.`,
  ownLogin: "User name",
  chooseLogin: "Choose a user name",
  chooseLoginHint: "For example your office e-mail address. You use it each time you sign in.",
  newPassword: "New password",
  newPasswordHint: "At least 12 characters. A few unrelated words are easy to remember and hard to guess.",
  passwordLength: (count, least) => `${count} of at least ${least} characters`,
  accept: "Save the password and sign in",
  acceptByPasskey: "Create a passkey and sign in",
  passkeyWay: "Or without a password: a passkey is stored on your device and opened by a fingerprint, a face or a PIN.",
  passkeyName: "Name of the passkey",
  passkeyNameHint: "A name by which you will know it later, such as “office phone”.",
  defaultPasskeyName: "My passkey",
  replacesSession: (name) => `${name} is signed in with this browser. Accepting this invitation replaces that session.`,
  error: {
    PASSWORD_TOO_SHORT: "The password must have at least 12 characters.",
    PASSWORD_TOO_LONG: "The password may have at most 128 characters.",
    PASSWORD_TOO_COMMON:
      "That password is too easy to guess: it is too common, or resembles your name. Use a few unrelated words.",
    LOGIN_MISSING: "Choose a user name first.",
    LOGIN_INVALID: "That user name cannot be used. Use letters, digits, dots, dashes or an e-mail address, without spaces.",
    LOGIN_TAKEN: "Another person uses that user name. Choose another one.",
    ACCOUNT_CHANGED: "Another person has just changed this account. Try again.",
    PASSKEY_REFUSED: "That passkey cannot be stored. Try again, or use a password.",
  },
  voidTitle: "This invitation or link is no longer valid",
  void: {
    invitation:
      "An invitation can be used once only and for a limited time, and a newer one replaces it. If you used it already, sign in as usual. If not, ask the person who invited you for a new one.",
    link: "A sign-in link can be used once only, for ten minutes. Make a new one with the command simpul account link.",
  },
  notLocalTitle: "This link is for the computer of the server only",
  notLocal: "A sign-in link works only on the computer that runs Simpul. Sign in with a password or a passkey.",
  linkTitle: "Sign in with a link",
  replaceTitle: "Replace the account?",
  replace: (current, next) =>
    `You are signed in as ${current}. This link signs in as ${next}; the present session then ends in this browser.`,
  doReplace: (name) => `Replace with ${name}`,
  keep: "Stay with the present account",
  retry: "Try again",

  providerClaim: (claim) =>
    `The identity provider does not give what is needed in the claim “${claim}”. Report the name of that claim to the operator of the identity provider.`,
  providerError: {
    SIGN_IN_EXPIRED: "Signing in at the identity provider took too long, or was used already. Start once more.",
    PROVIDER_REFUSED: "The identity provider refused; you may have cancelled. Try again, or sign in another way.",
    CODE_REFUSED: "The identity provider did not accept the code that it had issued. Try again; if it fails again, ask the operator.",
    PROVIDER_UNAVAILABLE: "The identity provider cannot be reached. Try again soon, or sign in another way.",
    NO_RIGHT: "Your account has no right here at present. Ask your local Simpul administrator.",
  },
  providerOther: (code) =>
    `Signing in at the identity provider did not succeed (${code}). Try again; if it fails again, give that code to the operator.`,

  doneTitle: "You are signed in",
  doneText: "Close this tab and return to your page: it knows already that you are signed in.",
  notDoneTitle: "You are not signed in",

  signOutTitle: "Sign out",
  signOutText: (name, role) =>
    `You are signed in as ${name} (${role}). The open pages of this browser then ask you to sign in again, or go on with public data.`,
  signedOutTitle: "You are signed out",
  signedOutText: "Your session has ended in this browser. On a shared computer, close the browser too.",
  signOut: "Sign out",
  signInAgain: "Sign in again",
  back: "Back to the page before",
};

export type SignInMessages = typeof id;
export const SIGN_IN_MESSAGES: Record<Language, SignInMessages> = { id, en };
