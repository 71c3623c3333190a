/** All messages of the page: one table per language, which contains the tables of the steps. */
import type { Language } from "../shared/language";
import { access } from "./access/messages";
import { check } from "./check/messages";
import { columns } from "./columns/messages";
import { file } from "./file/messages";
import { layout } from "./layout/messages";
import { offices } from "./offices/messages";
import { save } from "./save/messages";

function messageTable(language: Language) {
  return {
    ...layout[language],
    access: access[language],
    offices: offices[language],
    file: file[language],
    columns: columns[language],
    check: check[language],
    save: save[language],
  };
}

export type ImportMessages = ReturnType<typeof messageTable>;
export const IMPORT_MESSAGES: Record<Language, ImportMessages> = {
  id: messageTable("id"),
  en: messageTable("en"),
};
