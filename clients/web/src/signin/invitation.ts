/** What an invitation gives, as `POST /undangan` describes it. */
import type { RoleName, SignInMethods } from "../shared/sessionRequest";

export interface InvitationDetails {
  name: string | null;
  /** Null if the invited person chooses it. */
  login: string | null;
  role: RoleName;
  regions: { code: string; name: string }[];
  opds: { id: string; name: string }[];
  /** The name of the person who gave the right; null if it is not known here. */
  givenBy: string | null;
  expiresAt: string;
  methods: SignInMethods;
}

export const PASSWORD_CHARACTERS_LEAST = 12;
