/** The messages about the viewer's authority to import. */

const id = {
  title: "Siapa yang boleh mengimpor",
  needed:
    "Masuklah untuk mengimpor. Yang boleh mengimpor adalah staf OPD, koordinator daerah ini, provinsinya, atau administrator.",
  signIn: "Masuk untuk mengimpor",
  noAccount:
    "Belum punya akun? Mintalah undangan kepada koordinator daerah ini; koordinator diundang oleh provinsi atau administrator.",
  notAllowed: (name: string, role: string, region: string) =>
    `${name ? `${name} (${role})` : `Akun Anda (${role})`} tidak berwenang mengimpor aplikasi ${region}.`,
  howToChange: "Mintalah hak itu kepada koordinator daerah ini, atau masuk dengan akun lain yang berwenang.",
  signInAsOther: "Masuk dengan akun lain",
};

const en: typeof id = {
  title: "Who may import",
  needed:
    "Sign in to import. The staff of an OPD, the coordinator of this region, its province and an administrator may import.",
  signIn: "Sign in to import",
  noAccount:
    "No account yet? Ask the coordinator of this region for an invitation; the province or an administrator invites coordinators.",
  notAllowed: (name, role, region) =>
    `${name ? `${name} (${role})` : `Your account (${role})`} has no authority to import applications of ${region}.`,
  howToChange: "Ask the coordinator of this region for the right, or sign in with another account that has it.",
  signInAsOther: "Sign in with another account",
};

export const access = { id, en };
