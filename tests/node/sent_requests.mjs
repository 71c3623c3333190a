// A `fetch` that records whether a request has the hash of a document, the document, or both.
export function recordingFetch() {
  const sent = [];
  const record = (url, options = {}) => {
    const request = options.body
      ? JSON.parse(options.body)
      : Object.fromEntries(new URL(url).searchParams);
    const parts = [];
    if (JSON.stringify(request.extensions ?? '').includes('sha256Hash')) parts.push('hash');
    if (request.query) parts.push('document');
    sent.push(parts.join(' and '));
    return fetch(url, options);
  };
  return { sent, record };
}
