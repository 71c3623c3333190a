/** Starts the page of one region's results. */
import { mount } from "svelte";
import "../theme.css";
import "./page.css";
import { takeToken } from "../access";
import RegionPage from "./RegionPage.svelte";

takeToken();
mount(RegionPage, { target: document.getElementById("region")! });
