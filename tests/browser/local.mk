# The portal in a real browser, against a stack of its own.
EXTRA_DIST += tests/browser/.npmrc tests/browser/package.json tests/browser/package-lock.json \
	tests/browser/account.mjs tests/browser/chat.mjs tests/browser/lib.mjs tests/browser/portal.mjs tests/browser/trouble.mjs
