/** The kind of an OPD, guessed from the first words of its name. */
import type { OpdKind } from "../documents";

const KIND_BY_BEGINNING: readonly [RegExp, OpdKind][] = [
  [/^(sekretariat|setda|setwan)\b/i, "SECRETARIAT"],
  [/^inspektorat\b/i, "INSPECTORATE"],
  [/^(dinas|satuan polisi|satpol)\b/i, "DEPARTMENT"],
  [/^badan\b/i, "AGENCY"],
  [/^kecamatan\b/i, "DISTRICT"],
  [/^kelurahan\b/i, "URBAN_VILLAGE"],
  [/^(bagian|biro)\b/i, "DIVISION"],
  [/^(uptd?|upt|rsud|rumah sakit|puskesmas|pusat kesehatan|unit)\b/i, "TECHNICAL_UNIT"],
];

/** Returns the kind that the name suggests, or `OTHER`. */
export function guessOpdKind(name: string): OpdKind {
  return KIND_BY_BEGINNING.find(([beginning]) => beginning.test(name.trim()))?.[1] ?? "OTHER";
}
