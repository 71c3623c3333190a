/** The words for a right and for an entry of the audit. */
import type { Formats } from "../format";
import { sessionMessages } from "../sessionMessages";
import type { AccountRight, AuditEntry } from "./documents";
import type { AccountMessages } from "./messages";

/** Describes a right, as in "staf OPD di Dinas Kesehatan untuk Kabupaten Garut". */
export function describeRight(right: AccountRight, messages: AccountMessages, format: Formats): string {
  if (right.role === null) return messages.noRight;
  const regions = namesOf(right.regionCodes, new Map(right.regions.map(({ code, name }) => [code, name])));
  const opds = namesOf(right.opdIds, new Map(right.opds.map(({ id, name }) => [id, name])));
  const text = messages.rightOf(sessionMessages().role[right.role], format.list(opds), format.list(regions));
  return right.readsDrafts && right.role === "FOLLOWER" ? messages.withDrafts(text) : text;
}

/** Describes an entry in a sentence. Names that the page does not know are codes. */
export function describeAuditEntry(
  entry: AuditEntry,
  names: ReadonlyMap<string, string>,
  messages: AccountMessages,
  format: Formats,
): string {
  const { actor, account, role } = entry;
  const actorName = actor ? (actor.name ?? messages.otherAccount) : messages.operator;
  const right = role
    ? messages.rightOf(
        sessionMessages().role[role],
        format.list(namesOf(entry.opdIds, names)),
        format.list(namesOf(entry.regionCodes, names)),
      )
    : "";
  return messages.audit[entry.action]({
    by: actor?.id === account.id ? "" : messages.by(actorName),
    right,
    reason: entry.reason ?? "",
    token: entry.tokenName ?? "",
    method: entry.method,
  });
}

function namesOf(ids: readonly string[], names: ReadonlyMap<string, string>): string[] {
  return ids.map((id) => names.get(id) ?? id);
}
