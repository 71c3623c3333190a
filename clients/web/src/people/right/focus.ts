/** Moves the focus to what is missing in the fields of a right. */
import { tick } from "svelte";

/** Moves the focus to the first choice of the form that is invalid, or else to the role. */
export async function focusMissing(form: HTMLFormElement | undefined): Promise<void> {
  await tick();
  const invalid = form?.querySelector<HTMLElement>("fieldset.invalid input, select[aria-invalid='true']");
  (invalid ?? form?.querySelector<HTMLElement>("select"))?.focus();
}
