/** Starts the page of one region. */
import { mount } from "svelte";
import "../shared/theme.css";
import "../shared/document.css";
import { takeToken } from "../shared/access";
import RegionPage from "./RegionPage.svelte";

takeToken();
mount(RegionPage, { target: document.getElementById("region")! });
