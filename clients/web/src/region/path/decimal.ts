/** Reads a decimal number that a person typed, whatever language the browser has. */

/** Digits, then at most two decimal places after a comma or a point. */
const DECIMAL = /^\d+(?:[.,]\d{1,2})?$/;

/**
 * Returns the number that a text such as "4,5" or "4.5" stands for; null where the text is not a
 * number or where the number lies outside of the range.
 *
 * A third decimal place is refused because "1.234" is a thousand and more to an Indonesian reader.
 */
export function parseDecimal(text: string, lowest: number, highest: number): number | null {
  const trimmed = text.trim();
  if (!DECIMAL.test(trimmed)) return null;
  const value = Number(trimmed.replace(",", "."));
  return lowest <= value && value <= highest ? value : null;
}
