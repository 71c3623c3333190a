/** The messages of the invitation of a person, and of links and secrets that are shown once. */
import type { MailProblem } from "../documents";

/** What the text to pass on states. */
interface InvitationText {
  /** Who invites; empty if that is not known. */
  giver: string;
  name: string;
  right: string;
  login: string | null;
  link: string;
  end: string;
}

const id = {
  title: "Undang orang",
  lead: "Anda mendapat tautan sekali pakai untuk diteruskan. Orang itu membuat kata sandi atau kunci sandinya sendiri.",
  name: "Nama",
  nameHint: "Misalnya Sari Rahmawati",
  login: "Nama masuk atau alamat surel",
  loginHint: "Misalnya sari.rahmawati atau sari@garutkab.go.id; dipakai orang itu untuk masuk",
  mail: "Kirim juga tautannya ke alamat surel itu",
  submit: "Buat undangan",
  nameMissing: "Isilah nama orang yang diundang.",
  loginMissing: "Isilah nama masuk, misalnya sari.rahmawati atau alamat surelnya.",
  problem: {
    NotFound: "Daerah atau perangkat daerah itu sudah tidak ada di server ini. Muat ulang halaman.",
    AlreadyExists: "Nama masuk itu sudah dipakai akun lain.",
    WrongState: "Keadaan akun ini baru saja berubah, jadi tidak dapat diundang. Muat ulang halaman.",
  },
  invalid: {
    name: "Nama berisi 1 sampai 200 karakter.",
    login: "Nama masuk berisi 3 sampai 255 karakter tanpa spasi, misalnya sari.rahmawati atau alamat surel.",
    role: "Peran itu tidak dapat diberikan.",
    regionCodes: "Daerah yang dipilih tidak sesuai dengan peran ini.",
    opdIds: "Perangkat daerah yang dipilih tidak sesuai dengan daerah itu.",
    days: "Masa berlaku paling sedikit 1 hari dan paling lama 366 hari.",
  } as Record<string, string>,
  invalidOther: (field: string) => `Isian “${field}” belum memenuhi syarat.`,
  linkTitle: (name: string) => `Undangan untuk ${name}`,
  message: ({ giver, name, right, login, link, end }: InvitationText) =>
    `${giver ? `${giver} mengundang ${name}` : `Undangan untuk ${name}`} ke Simpul sebagai ${right}.\n` +
    (login ? `Nama masuk: ${login}\n` : "") +
    `${link}\nTautan ini berlaku sampai ${end}, sekali pakai. Bukalah di perangkat yang akan dipakai untuk masuk.`,
  once: "Tautan ini hanya ditampilkan sekarang. Bila hilang, buat undangan baru; tautan lama tidak berlaku lagi.",
  link: "Tautan",
  text: "Teks untuk diteruskan",
  copyLink: "Salin tautan",
  copyText: "Salin teks",
  copied: "Disalin.",
  copyFailed: "Peramban tidak mengizinkan salin otomatis. Teksnya sudah dipilih; tekan Ctrl+C.",
  mailed: (address: string) => `Tautan juga dikirim ke ${address}.`,
  mailProblem: {
    NOT_CONFIGURED: "Server ini tidak mengirim surel. Teruskan tautannya sendiri.",
    NO_ADDRESS: "Surel tidak terkirim karena nama masuknya bukan alamat surel. Teruskan tautannya sendiri.",
    TOO_MANY: "Surel tidak terkirim karena orang ini sudah menerima terlalu banyak undangan dalam satu jam. Teruskan tautannya sendiri.",
    NOT_SENT: "Surel tidak terkirim karena server surel tidak menerimanya. Teruskan tautannya sendiri.",
  } satisfies Record<MailProblem, string>,
  done: "Sudah saya teruskan, tutup",
};

const en: typeof id = {
  title: "Invite a person",
  lead: "You receive a link for one use to pass on. The person sets a password or a passkey.",
  name: "Name",
  nameHint: "For example Sari Rahmawati",
  login: "User name or e-mail address",
  loginHint: "For example sari.rahmawati or sari@garutkab.go.id; the person signs in with it",
  mail: "Also send the link to that e-mail address",
  submit: "Make the invitation",
  nameMissing: "Enter the name of the person to invite.",
  loginMissing: "Enter a user name, for example sari.rahmawati or an e-mail address.",
  problem: {
    NotFound: "That region or OPD is no longer on this server. Reload the page.",
    AlreadyExists: "Another account uses that user name.",
    WrongState: "The state of this account just changed, so it cannot be invited. Reload the page.",
  },
  invalid: {
    name: "A name has 1 to 200 characters.",
    login: "A user name has 3 to 255 characters without spaces, for example sari.rahmawati or an e-mail address.",
    role: "That role cannot be given.",
    regionCodes: "The chosen regions do not fit the role.",
    opdIds: "The chosen OPDs do not fit the region.",
    days: "A token is good for at least 1 and at most 366 days.",
  },
  invalidOther: (field) => `The field “${field}” is not acceptable.`,
  linkTitle: (name) => `Invitation for ${name}`,
  message: ({ giver, name, right, login, link, end }) =>
    `${giver ? `${giver} invites ${name}` : `Invitation for ${name}`} to Simpul as ${right}.\n` +
    (login ? `User name: ${login}\n` : "") +
    `${link}\nThe link is good until ${end}, for one use. Open it on the device that will be used to sign in.`,
  once: "This link is shown only now. If it is lost, make a new invitation; the old link is then void.",
  link: "Link",
  text: "Text to pass on",
  copyLink: "Copy the link",
  copyText: "Copy the text",
  copied: "Copied.",
  copyFailed: "The browser does not allow copying. The text is selected; press Ctrl+C.",
  mailed: (address) => `The link was also sent to ${address}.`,
  mailProblem: {
    NOT_CONFIGURED: "This server sends no mail. Pass the link on yourself.",
    NO_ADDRESS: "The mail was not sent, because the user name is no e-mail address. Pass the link on yourself.",
    TOO_MANY: "The mail was not sent, because this person was sent too many within an hour. Pass the link on yourself.",
    NOT_SENT: "The mail was not sent, because the mail server did not accept it. Pass the link on yourself.",
  },
  done: "I have passed it on, close",
};

export const invite = { id, en };
