/** Starts the page of the import of a region's applications. */
import { mount } from "svelte";
import "../shared/theme.css";
import "../shared/document.css";
import { session } from "../shared/session.svelte";
import { watchSession } from "../shared/sessionWatch";
import ImportPage from "./ImportPage.svelte";

session.start();
watchSession();
mount(ImportPage, { target: document.getElementById("import")! });
