/** Starts the page of the import of a region's applications. */
import { mount } from "svelte";
import "../shared/theme.css";
import "../shared/document.css";
import { takeToken } from "../shared/access";
import ImportPage from "./ImportPage.svelte";

takeToken();
mount(ImportPage, { target: document.getElementById("import")! });
