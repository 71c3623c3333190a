/** The messages about the viewer's token and authority. */

const id = {
  title: "Siapa yang boleh mengimpor",
  needed: "Mengimpor memerlukan token akses: milik petugas perangkat daerah, daerah ini, provinsinya, atau pengelola.",
  how: "Mintalah token kepada pengelola simpul daerah Anda. Pengelola membuatnya dengan perintah ini:",
  field: "Token akses",
  hint: "Token disimpan di tab ini saja dan hilang bila tab ditutup.",
  use: "Pakai token",
  empty: "Tempelkan token terlebih dahulu.",
  notAccepted: "Server tidak menerima token itu: mungkin sudah kedaluwarsa atau terpotong. Mintalah token baru.",
  notAllowed: (name: string) =>
    `Token Anda tidak berwenang mengimpor aplikasi ${name}. Pakailah token untuk daerah ini.`,
};

const en: typeof id = {
  title: "Who may import",
  needed: "An import needs an access token of the staff of an OPD, of this region or of its province, or of an operator.",
  how: "Ask the operator of your region's node for a token. The operator issues it with this command:",
  field: "Access token",
  hint: "The token is stored for this tab only, and is gone when the tab is closed.",
  use: "Use the token",
  empty: "Paste a token first.",
  notAccepted: "The server does not accept that token: it may have expired or be cut off. Ask for a new token.",
  notAllowed: (name) => `Your token has no authority to import applications of ${name}. Use a token for this region.`,
};

export const access = { id, en };
