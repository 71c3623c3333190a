/** Starts the page of the import of a region's applications. */
import { mount } from "svelte";
import "../shared/theme.css";
import "../shared/document.css";
import { session } from "../shared/session.svelte";
import ImportPage from "./ImportPage.svelte";

session.start();
mount(ImportPage, { target: document.getElementById("import")! });
