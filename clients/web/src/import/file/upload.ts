/** Uploads a file to the hub, and downloads the file back with its faulty cells marked. */
import type { Language } from "../../shared/language";
import { SESSION_ENDED } from "../../shared/request";
import { rootedPath } from "../../shared/rootPath";
import { refuseIfBusy, sendWhenFree, TryLater } from "../../shared/serverBusy.svelte";
import { session } from "../../shared/session.svelte";

const UNPROCESSABLE = 422; // the status of a file that cannot be read

/** The error for a file that the hub refuses. */
export class UploadRefused extends Error {
  constructor(
    readonly code: string,
    message: string,
    /** Whether the content of the file is the reason; the message then states it in the page's language. */
    readonly isUnreadable = false,
  ) {
    super(message);
  }
}

/** The largest file that the hub takes, in bytes. */
export const FILE_BYTES_MOST = 20 * 1024 * 1024;

/**
 * Uploads a file and returns the id of its draft. It rejects with `UploadRefused` if the hub refuses the
 * file, and with another error if the hub cannot be reached. While the hub is busy, it waits, and uploads
 * the file again, for at most a minute.
 */
export function uploadFile(
  file: File,
  regionCode: string,
  language: Language,
  onProgress: (share: number) => void,
): Promise<string> {
  return sendFileRequest(() => sendFile(file, regionCode, language, onProgress), true);
}

/** `fetch` does not report the progress of a request, so this is an `XMLHttpRequest`. */
function sendFile(
  file: File,
  regionCode: string,
  language: Language,
  onProgress: (share: number) => void,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const parameters = new URLSearchParams({ region: regionCode, name: file.name });
    request.open("POST", rootedPath(`/berkas?${parameters}`));
    request.responseType = "text";
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("Accept-Language", language);
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    request.onerror = () => reject(new Error("the hub cannot be reached"));
    request.onload = () => {
      const response = parseResponse(request.responseText);
      if (request.status === 201 && response.id) return resolve(response.id);
      const { code, message } = response.error ?? { code: `HTTP_${request.status}`, message: "" };
      const headers = new Headers({ "Retry-After": request.getResponseHeader("Retry-After") ?? "" });
      try {
        refuseIfBusy({ status: request.status, headers }, response.error);
      } catch (reason) {
        return reject(reason);
      }
      if (code === SESSION_ENDED) void askToSignIn();
      reject(new UploadRefused(code, message, request.status === UNPROCESSABLE && message !== ""));
    };
    request.send(file);
  });
}

/** Sends a request when the hub is not busy, and rejects with `UploadRefused` if it is busy all the time. */
async function sendFileRequest<T>(send: () => Promise<T>, changesData: boolean): Promise<T> {
  try {
    return await sendWhenFree(send, changesData);
  } catch (reason) {
    throw reason instanceof TryLater ? new UploadRefused(reason.code, "") : reason;
  }
}

/** Offers to sign in again if the session has ended indeed; the chosen file stays chosen. */
async function askToSignIn(): Promise<void> {
  await session.verify();
  session.askToSignIn();
}

interface UploadResponse {
  id?: string;
  error?: { code: string; message: string };
}

function parseResponse(text: string): UploadResponse {
  try {
    return JSON.parse(text) as UploadResponse;
  } catch {
    return {};
  }
}

/** Downloads a file that only this viewer may read, under the name that the hub gives it. */
export async function downloadFile(path: string, fallbackName: string): Promise<void> {
  const response = await sendFileRequest(() => requestFile(path), false);
  const address = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = nameOf(response.headers.get("Content-Disposition")) ?? fallbackName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address));
}

async function requestFile(path: string): Promise<Response> {
  const response = await fetch(path, { credentials: session.requestCredentials });
  if (response.ok) return response;
  const { error } = parseResponse(await response.text());
  refuseIfBusy(response, error);
  if (error?.code === SESSION_ENDED) void askToSignIn();
  throw new UploadRefused(error?.code ?? `HTTP_${response.status}`, error?.message ?? "");
}

function nameOf(disposition: string | null): string | null {
  const encoded = /filename\*=utf-8''([^;]+)/i.exec(disposition ?? "")?.[1];
  if (encoded) return decodeURIComponent(encoded);
  return /filename="([^"]+)"/i.exec(disposition ?? "")?.[1] ?? null;
}
