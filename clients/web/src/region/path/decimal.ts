/** Parses a decimal number that a person typed, independent of the language of the browser. */

/** Digits, then at most two decimal places after a comma or a point. */
const DECIMAL = /^\d+(?:[.,]\d{1,2})?$/;

/**
 * Parses a text such as "4,5" or "4.5"; returns null if the text is not a number or if the number is
 * outside the range.
 *
 * A third decimal place is refused, because "1.234" is more than a thousand in Indonesian.
 */
export function parseDecimal(text: string, lowest: number, highest: number): number | null {
  const trimmed = text.trim();
  if (!DECIMAL.test(trimmed)) return null;
  const value = Number(trimmed.replace(",", "."));
  return lowest <= value && value <= highest ? value : null;
}
