/** The sentences for a proposal, for its reasons and for its missing inputs. */
import type { Formats } from "../../shared/format";
import type { RegionMessages } from "../messages";
import type { NameIndex } from "../nameIndex.svelte";
import type { MissingInput, Proposal, ProposalReason, ReasonValueName } from "./documents";
import type { ReasonValues } from "./messages";

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

/** A reason as a sentence. */
export function reasonText(
  { code, values }: ProposalReason,
  proposal: Proposal,
  messages: RegionMessages,
  nameIndex: NameIndex,
  format: Formats,
): string {
  const texts: ReasonValues = {};
  for (const { name, value } of values) {
    texts[name] = valueText(name, value, proposal, messages, nameIndex, format);
  }
  const message: (values: ReasonValues) => string = messages.proposals.reason[code];
  return message(texts);
}

function valueText(
  name: ReasonValueName,
  value: string,
  proposal: Proposal,
  messages: RegionMessages,
  nameIndex: NameIndex,
  format: Formats,
): string {
  switch (name) {
    case "FUNCTION_ID":
      return toMidSentence(nameIndex.functions.get(value) ?? value);
    case "REGION_CODE":
      return proposal.survivor?.application?.region.name ?? value;
    case "INTEGRATION_MODE":
      return messages.mode[value as keyof RegionMessages["mode"]] ?? value;
    case "INTEGRATION_COUNT":
    case "LEVEL":
    case "SURVIVOR_VALUE":
    case "RUNNER_UP_VALUE":
      return format.number(value);
    case "DATA_OBJECT":
    case "LEGAL_BASIS":
    case "RULE":
      return value;
  }
}

/** The form of a name within a sentence: "Naskah dinas" gets a small first letter, "JDIH" does not. */
function toMidSentence(name: string): string {
  return /^\p{Lu}\p{Ll}/u.test(name) ? name.charAt(0).toLowerCase() + name.slice(1) : name;
}

/** A missing input as a phrase, with the name of the application that it is about. */
export function missingText(
  { kind, applicationId, candidateCount }: MissingInput,
  proposal: Proposal,
  messages: RegionMessages,
  nameIndex: NameIndex,
): string {
  // An input without the id of an application may be about the common application.
  const name = applicationId === null ? proposal.commonApplication?.name : nameIndex.nameOf(applicationId);
  const message: (name: string, count: number) => string = messages.proposals.missingInput[kind];
  return message(name ?? "", candidateCount ?? 0);
}

/** An amount of rupiah, as "Rp90.000.000" or "-Rp20". */
export function rupiah(amount: number, format: Formats): string {
  return `${amount < 0 ? "-" : ""}Rp${format.number(Math.abs(amount))}`;
}
