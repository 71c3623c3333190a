/** All words of the page: one table per language, made of those of its chapters. */
import type { Language } from "../words";
import { comparison } from "./comparison/words";
import { duplicates } from "./duplicates/words";
import { frame } from "./frame/words";
import { integration } from "./integration/words";
import { inventory } from "./inventory/words";
import { outlook } from "./outlook/words";
import { path } from "./path/words";
import { proposals } from "./proposals/words";
import { standing } from "./standing/words";
import { verification } from "./verification/words";

function table(language: Language) {
  return {
    ...frame[language],
    standing: standing[language],
    verification: verification[language],
    inventory: inventory[language],
    integration: integration[language],
    duplicates: duplicates[language],
    proposals: proposals[language],
    path: path[language],
    outlook: outlook[language],
    comparison: comparison[language],
  };
}

export type Words = ReturnType<typeof table>;
export const WORDS: Record<Language, Words> = { id: table("id"), en: table("en") };
