/** Starts the pages `/masuk`, `/masuk/selesai` and `/keluar`. */
import { mount } from "svelte";
import "../shared/theme.css";
import "../shared/document.css";
import { session } from "../shared/session.svelte";
import SignInPage from "./SignInPage.svelte";

session.start({ goesOnPublicly: true, showsNoData: true });
mount(SignInPage, { target: document.getElementById("signin")! });
