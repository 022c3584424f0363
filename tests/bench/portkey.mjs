/*
 * Loaded before Portkey's gateway: what fetch() answers has headers that can be changed.
 * The gateway adds its own to them, which the standard forbids and current versions of
 * what it depends on refuse, so that each stream fails (Portkey-AI/gateway issue 1389).
 */
const plain = globalThis.fetch;

globalThis.fetch = async (...of) => {
	const { body, status, statusText, headers } = await plain(...of);
	return new Response(body, { status, statusText, headers: new Headers(headers) });
};
