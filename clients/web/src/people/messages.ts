/** All messages of the page: one table per language, which contains the tables of its parts. */
import type { Language } from "../shared/language";
import { invite } from "./invite/messages";
import { layout } from "./layout/messages";
import { person } from "./person/messages";
import { programs } from "./programs/messages";
import { right } from "./right/messages";

function messageTable(language: Language) {
  return {
    ...layout[language],
    right: right[language],
    invite: invite[language],
    person: person[language],
    programs: programs[language],
  };
}

export type PeopleMessages = ReturnType<typeof messageTable>;
export const PEOPLE_MESSAGES: Record<Language, PeopleMessages> = {
  id: messageTable("id"),
  en: messageTable("en"),
};
