/** Passkeys: creates and uses them with the browser's WebAuthn, in the JSON of the hub. */
import type { SignInMethods } from "./sessionRequest";

/** Why a passkey cannot be used here; null if it can be. */
export type PasskeyObstacle = "address" | "browser" | "insecure" | null;

/** Returns why a passkey cannot be used on this page. */
export function passkeyObstacle(methods: SignInMethods): PasskeyObstacle {
  if (!isSecureContext) return "insecure";
  if (!methods.passkey) return "address";
  // Browsers without these functions are older than 2025.
  const hasJson = "PublicKeyCredential" in window && "parseRequestOptionsFromJSON" in PublicKeyCredential;
  return hasJson ? null : "browser";
}

/** The error for a passkey that the person or the device did not give. */
export class PasskeyDeclined extends Error {}

/** The error for a device that already has a passkey of the account. */
export class PasskeyExists extends PasskeyDeclined {}

/** Asks the person for a passkey of this instance; returns the signed challenge as JSON. */
export async function usePasskey(options: PublicKeyCredentialRequestOptionsJSON): Promise<unknown> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return toJson(navigator.credentials.get({ publicKey }));
}

/** Creates a passkey on the person's device; returns its public part as JSON. */
export async function createPasskey(options: PublicKeyCredentialCreationOptionsJSON): Promise<unknown> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  return toJson(navigator.credentials.create({ publicKey }));
}

async function toJson(pending: Promise<Credential | null>): Promise<unknown> {
  let credential: Credential | null;
  try {
    credential = await pending;
  } catch (reason) {
    if (reason instanceof DOMException && reason.name === "InvalidStateError") throw new PasskeyExists();
    throw new PasskeyDeclined(reason instanceof Error ? reason.name : String(reason));
  }
  if (!(credential instanceof PublicKeyCredential)) throw new PasskeyDeclined("no credential");
  return credential.toJSON();
}
