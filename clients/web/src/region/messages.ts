/** All messages of the page: one table per language, which contains the tables of the chapters. */
import type { Language } from "../shared/language";
import { comparison } from "./comparison/messages";
import { duplicates } from "./duplicates/messages";
import { integration } from "./integration/messages";
import { inventory } from "./inventory/messages";
import { layout } from "./layout/messages";
import { outlook } from "./outlook/messages";
import { path } from "./path/messages";
import { proposals } from "./proposals/messages";
import { results } from "./results/messages";
import { source } from "./source/messages";
import { verification } from "./verification/messages";

function messageTable(language: Language) {
  return {
    ...layout[language],
    results: results[language],
    sourcePanel: source[language],
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

export type RegionMessages = ReturnType<typeof messageTable>;
export const REGION_MESSAGES: Record<Language, RegionMessages> = {
  id: messageTable("id"),
  en: messageTable("en"),
};
