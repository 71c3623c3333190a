/** Sentences for a proposal, its reasons and its missing inputs. */
import type { Formats } from "../../shared/format";
import type { RegionMessages } from "../messages";
import type { NameIndex } from "../nameIndex.svelte";
import type { Proposal, Reason } from "./documents";

type Listed = { id: string; application: { name: string } | null };

export function names(listed: readonly Listed[], format: Formats): string {
  return format.list(listed.map(({ id, application }) => application?.name ?? id));
}

/** The successor: an application, or a common one with its owner. */
export function successor({ survivor, commonApplication }: Proposal): string {
  if (commonApplication) return `${commonApplication.name} (${commonApplication.owner})`;
  return survivor?.application?.name ?? survivor?.id ?? "";
}

export function headline(proposal: Proposal, messages: RegionMessages, format: Formats): string {
  const about = names(proposal.applications, format);
  return messages.proposals.sentence[proposal.kind](about, successor(proposal));
}

/** A reason as a sentence; a code for which this page has no message is shown as it is. */
export function reasonText(
  { code, values }: Reason,
  proposal: Proposal,
  messages: RegionMessages,
  nameIndex: NameIndex,
  format: Formats,
): string {
  const wording = messages.proposals.reason[code];
  if (wording === undefined) {
    return [code, ...values.map(({ name, value }) => `${name} = ${value}`)].join(" · ");
  }
  const texts = values.map(({ name, value }) => [
    name,
    valueText(name, value, proposal, messages, nameIndex, format),
  ]);
  return wording(Object.fromEntries(texts) as Record<string, string>);
}

function valueText(
  name: string,
  value: string,
  proposal: Proposal,
  messages: RegionMessages,
  nameIndex: NameIndex,
  format: Formats,
): string {
  if (name === "function") return insideSentence(nameIndex.functions.get(value) ?? value);
  if (name === "region") return proposal.survivor?.application?.region.name ?? value;
  if (name === "mode") return messages.mode[value as keyof RegionMessages["mode"]] ?? value;
  if (/^\d+(\.\d+)?$/.test(value)) return format.number(value);
  return messages.proposals.value[value] ?? value;
}

/** "Naskah dinas" begins with a small letter inside a sentence, "JDIH" does not. */
function insideSentence(name: string): string {
  return /^\p{Lu}\p{Ll}/u.test(name) ? name.charAt(0).toLowerCase() + name.slice(1) : name;
}

/** "yearly cost of application-32.11-01" with the name of the application. */
export function lackingText(
  text: string,
  proposal: Proposal,
  messages: RegionMessages,
  nameIndex: NameIndex,
): string {
  const [, phrase, id] = /^(.* of) (\S+)$/.exec(text) ?? [];
  const wording = messages.proposals.lacking;
  if (wording[text]) return wording[text]("");
  const [, count, chosen] = /^which of the (\d+) applications beside (\S+) would do$/.exec(text) ?? [];
  if (count !== undefined && chosen !== undefined) {
    return messages.proposals.whichOf(Number(count), nameIndex.nameOf(chosen));
  }
  if (phrase === undefined || id === undefined || !wording[phrase]) return text;
  const known = nameIndex.applications.get(id)?.name;
  // Costs are required of the retired application and of its successor, which may be a common one.
  return wording[phrase](known ?? proposal.commonApplication?.name ?? id);
}
