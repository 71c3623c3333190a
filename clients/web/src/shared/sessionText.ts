/** Texts about sessions and errors that several parts of the pages show. */
import { shortName } from "./format";
import { PasskeyDeclined } from "./passkey";
import { preferences } from "./preferences.svelte";
import { isBusyCode } from "./serverBusy.svelte";
import { sessionMessages } from "./sessionMessages";
import { serverNow, SessionRefusal, type SessionDetails } from "./sessionRequest";

const SECONDS_PER_MINUTE = 60;
const MILLISECONDS = 1_000; // in a second

/** The name of a person; the role if the name is not known. */
export function personText({ name, role }: Pick<SessionDetails, "name" | "role">): string {
  return name ?? sessionMessages().role[role];
}

/** Describes where a person acts: the OPD or the region, and how many others there are. */
export function placeText({ regions, opds }: Pick<SessionDetails, "regions" | "opds">): string {
  const [region] = regions;
  const [opd] = opds;
  if (opd && region) return `${opd.name}, ${shortName(region.name)}`;
  if (!region) return "";
  const others = regions.length - 1;
  return others === 0 ? shortName(region.name) : `${shortName(region.name)} ${sessionMessages().moreRegions(others)}`;
}

/** The time at which a person can try again. */
export function retryTime(afterSeconds: number): string {
  return preferences.format.time(new Date(serverNow() + afterSeconds * MILLISECONDS));
}

/** Describes an error of signing in: what happened, and what the person can do. */
export function signInErrorText(reason: unknown): string {
  const messages = sessionMessages();
  if (reason instanceof PasskeyDeclined) return messages.error["PASSKEY_DECLINED"]!;
  if (!(reason instanceof SessionRefusal)) return messages.otherError(String(reason));
  if (reason.code === "TOO_MANY_ATTEMPTS") {
    const seconds = Number(reason.body["retryAfterSeconds"] ?? SECONDS_PER_MINUTE);
    return messages.tooMany(retryTime(seconds));
  }
  if (isBusyCode(reason.code)) return preferences.messages.stillBusy;
  return messages.error[reason.code] ?? messages.otherError(reason.code);
}
