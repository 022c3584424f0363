#!/bin/sh
# Foreign headers stay in the cellar, and not even in its headers.
cd "${srcdir:-.}" || exit 99
pattern='#include <(libpq-fe|libpq/|curl/|openssl/|magic|fcgi|fcgiapp|json|json-c/|linkhash|json_|zlib|seccomp)'
bad=$(grep -rnE "$pattern" src --include='*.[ch]' | grep -vE '^src/port/[a-z_]+\.c:|^src/port/pg_int\.h:')
[ -z "$bad" ] || { echo "$bad"; exit 1; }
