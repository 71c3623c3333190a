/** The text of a value that an import changes, in the language of the page. */
import type { Formats } from "../../shared/format";
import type { ImportField } from "../documents";
import type { ImportMessages } from "../messages";

const WHOLE_NUMBER = /^\d+$/;

/** Formats a value of the API: the names of enum values become words, and amounts get separators. */
export function changeText(
  field: ImportField,
  value: string | null,
  messages: ImportMessages["check"],
  format: Formats,
): string {
  if (!value) return messages.empty;
  switch (field) {
    case "STATUS":
      return (messages.status as Record<string, string>)[value] ?? value;
    case "CAPABILITIES":
      return value
        .split(", ")
        .map((name) => (messages.capability as Record<string, string>)[name] ?? name)
        .join(", ");
    case "PUBLIC_SERVICE":
    case "CONSULTED":
      return (messages.yesOrNo as Record<string, string>)[value] ?? value;
    case "USERS":
    case "YEARLY_COST":
    case "MIGRATION_COST":
    case "ADDED_COST":
      return WHOLE_NUMBER.test(value) ? format.count(value) : value;
    default:
      return value;
  }
}
