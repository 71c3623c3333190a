/** The sentences for a proposal, for its reasons and for its missing inputs. */
import type { Formats } from "../../shared/format";
import type { RegionMessages } from "../messages";
import type { NameIndex } from "../nameIndex.svelte";
import type { Proposal, Reason } from "./documents";

type ApplicationReference = { id: string; application: { name: string } | null };

/** Lists the names of applications; an application without a name is listed by its id. */
export function listNames(references: readonly ApplicationReference[], format: Formats): string {
  return format.list(references.map(({ id, application }) => application?.name ?? id));
}

/** The name of the successor: of an application, or of a common application with its owner. */
export function successorName({ survivor, commonApplication }: Proposal): string {
  if (commonApplication) return `${commonApplication.name} (${commonApplication.owner})`;
  return survivor?.application?.name ?? survivor?.id ?? "";
}

export function headline(proposal: Proposal, messages: RegionMessages, format: Formats): string {
  const applicationNames = listNames(proposal.applications, format);
  return messages.proposals.sentence[proposal.kind](applicationNames, successorName(proposal));
}

/** A reason as a sentence. A code without a message is shown unchanged. */
export function reasonText(
  { code, values }: Reason,
  proposal: Proposal,
  messages: RegionMessages,
  nameIndex: NameIndex,
  format: Formats,
): string {
  const message = messages.proposals.reason[code];
  if (message === undefined) {
    return [code, ...values.map(({ name, value }) => `${name} = ${value}`)].join(" · ");
  }
  const texts = values.map(({ name, value }) => [
    name,
    valueText(name, value, proposal, messages, nameIndex, format),
  ]);
  return message(Object.fromEntries(texts) as Record<string, string>);
}

function valueText(
  name: string,
  value: string,
  proposal: Proposal,
  messages: RegionMessages,
  nameIndex: NameIndex,
  format: Formats,
): string {
  if (name === "function") return toMidSentence(nameIndex.functions.get(value) ?? value);
  if (name === "region") return proposal.survivor?.application?.region.name ?? value;
  if (name === "mode") return messages.mode[value as keyof RegionMessages["mode"]] ?? value;
  if (/^\d+(\.\d+)?$/.test(value)) return format.number(value);
  return messages.proposals.value[value] ?? value;
}

/** The form of a name within a sentence: "Naskah dinas" gets a small first letter, "JDIH" does not. */
function toMidSentence(name: string): string {
  return /^\p{Lu}\p{Ll}/u.test(name) ? name.charAt(0).toLowerCase() + name.slice(1) : name;
}

/** A missing input such as "yearly cost of 32.11:application-01", with the name of the application. */
export function missingText(
  text: string,
  proposal: Proposal,
  messages: RegionMessages,
  nameIndex: NameIndex,
): string {
  const [, phrase, id] = /^(.* of) (\S+)$/.exec(text) ?? [];
  const messageByPhrase = messages.proposals.missingInput;
  if (messageByPhrase[text]) return messageByPhrase[text]("");
  const [, count, chosen] = /^which of the (\d+) applications beside (\S+) would do$/.exec(text) ?? [];
  if (count !== undefined && chosen !== undefined) {
    return messages.proposals.chosenApplication(Number(count), nameIndex.nameOf(chosen));
  }
  if (phrase === undefined || id === undefined || !messageByPhrase[phrase]) return text;
  const name = nameIndex.applications.get(id)?.name;
  // The costs of the retired application and of its successor are required. The successor may be a common
  // application.
  return messageByPhrase[phrase](name ?? proposal.commonApplication?.name ?? id);
}
