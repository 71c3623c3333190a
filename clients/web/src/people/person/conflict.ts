/** What another person changed in an account while it was open here. */
import type { Formats } from "../../shared/format";
import type { AccountMessages } from "../../shared/account/messages";
import { describeRight } from "../../shared/account/right";
import type { ManagedAccount } from "../documents";
import type { PeopleMessages } from "../messages";

/** Describes the differences between two versions of an account in a sentence. */
export function describeConflict(
  before: ManagedAccount,
  after: ManagedAccount,
  messages: PeopleMessages,
  words: AccountMessages,
  format: Formats,
): string {
  const { person } = messages;
  const right = describeRight(after, words, format);
  const changes = [
    describeRight(before, words, format) === right ? "" : person.conflictRight(right),
    before.state === after.state ? "" : person.conflictState(messages.stateName[after.state]),
    before.name === after.name ? "" : person.conflictName(after.name ?? words.erasedName),
  ].filter(Boolean);
  return person.conflict(changes.join(" ") || person.conflictOther);
}
