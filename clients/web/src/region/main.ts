/** Starts the page of one region. */
import { mount } from "svelte";
import "../shared/theme.css";
import "../shared/document.css";
import { session } from "../shared/session.svelte";
import RegionPage from "./RegionPage.svelte";

session.start();
mount(RegionPage, { target: document.getElementById("region")! });
