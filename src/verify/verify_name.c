#include "config.h"

#include "verify/verify_int.h"
#include "base/check.h"
#include "base/str.h"

#include <strings.h>

/* What libmagic may call them: beginnings. It only objects, and knows no CSS. */
static const char *const as_text[] = {"text/", "application/javascript", "application/json",
				      "application/x-ndjson", "image/svg+xml", NULL};
static const char *const as_wasm[] = {"application/wasm", NULL};
static const char *const as_png[] = {"image/png", NULL};
static const char *const as_icon[] = {"image/vnd.microsoft.icon", "image/x-icon", NULL};
static const char *const as_woff2[] = {"font/woff2", "application/font-woff2",
				       "application/octet-stream", NULL};

/* What a preview host serves: the extension decides. */
static const struct verify_type types[] = {
	{".html", "text/html; charset=utf-8", true, as_text},
	{".css", "text/css; charset=utf-8", true, as_text},
	{".js", "text/javascript; charset=utf-8", true, as_text},
	{".mjs", "text/javascript; charset=utf-8", true, as_text},
	{".json", "application/json", true, as_text},
	{".webmanifest", "application/manifest+json", true, as_text},
	{".txt", "text/plain; charset=utf-8", true, as_text},
	{".svg", "image/svg+xml", true, as_text},
	{".wasm", "application/wasm", false, as_wasm},
	{".png", "image/png", false, as_png},
	{".ico", "image/x-icon", false, as_icon},
	{".woff2", "font/woff2", false, as_woff2},
};

/* What nobody may be given, whatever it contains. A name with a slash is a
 * folder; one that begins with "*" an ending; the rest are whole names. Letters
 * match either case. */
static const char *const private_names[] = {
	"*.go", "*.c", "*.h", "*.cc", "*.cpp", "*.cxx", "*.hpp", "*.hh", "*.m", "*.mm", "*.rs",
	"*.py", "*.pyc", "*.rb", "*.php", "*.java", "*.class", "*.kt", "*.kts", "*.scala", "*.cs",
	"*.fs", "*.vb", "*.swift", "*.ts", "*.tsx", "*.jsx", "*.mts", "*.cts", "*.vue", "*.svelte",
	"*.coffee", "*.sass", "*.scss", "*.less", "*.styl", "*.pl", "*.pm", "*.lua", "*.r", "*.jl",
	"*.ex", "*.exs", "*.erl", "*.hs", "*.clj", "*.ml", "*.zig", "*.nim", "*.d", "*.s", "*.asm",
	"*.sh", "*.bash", "*.zsh", "*.ps1", "*.bat", "*.cmd", "*.sql", "*.proto", "*.tmpl",
	"*.gotmpl", "*.tpl", "*.ipynb", "*.patch", "*.diff", "*.rej", "*.orig", "*.bak", "*.swp",
	"*.tmp", "*~", "*.mk", "*.cmake", "*.am", "*.in", "*.gradle", "*.bazel", "*.mod", "*.sum",
	"*.work", "*.lock", "*.toml", "*.yml", "*.yaml", "*.ini", "*.cfg", "*.conf", "*.env",
	"*.md", "*.rst", "*.adoc", "*.log", "*.pdb", "*.dwo", "*.dwp", "*.debug", "*.dsym", "*.o",
	"*.a", "*.obj", "*.lib", "*.wat", "*.pem", "*.key", "*.crt", "*.p12", "*.pfx", "*.jks",
	"*.kdbx", "*.gpg", "*.asc", "*.ppk", "*.zip", "*.tar", "*.tgz", "*.gz", "*.bz2", "*.xz",
	"*.zst", "*.7z", "*.rar", "*.jar", "*.war", "*.whl", "*.deb", "*.rpm", "*.iso", "*.cab",
	"*.bundle", "*.sqlite", "*.sqlite3", "*.db",
	"Makefile", "GNUmakefile", "Dockerfile", "Containerfile", "Jenkinsfile", "Vagrantfile",
	"Procfile", "Rakefile", "Gemfile", "Pipfile", "CODEOWNERS",
	"package.json", "package-lock.json", "npm-shrinkwrap.json", "tsconfig.json",
	"jsconfig.json", "composer.json", "deno.json",
	"id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "authorized_keys", "known_hosts",
	"credentials.json", "secrets.json", "requirements.txt", "CMakeLists.txt",
	".git/", ".svn/", ".hg/", ".bzr/", ".github/", ".gitlab/", ".circleci/", ".vscode/",
	".idea/", ".vs/", "node_modules/", "__pycache__/", ".ssh/", ".aws/", ".cache/",
};

/* DOS still answers to these, with any extension. */
static const char *const device_names[] = {
	"con", "prn", "aux", "nul", "com0", "com1", "com2", "com3", "com4", "com5", "com6", "com7",
	"com8", "com9", "lpt0", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8",
	"lpt9", "conin$", "conout$", "clock$",
};

static const char *const platforms[] = {
	"linux-amd64", "linux-arm64", "darwin-arm64", "windows-amd64",
};

static bool ends_in(const char *s, size_t n, const char *tail)
{
	size_t t = strlen(tail);

	return n > t && strncasecmp(s + n - t, tail, t) == 0;
}

const struct verify_type *verify_type_of(const char *name)
{
	for (size_t i = 0; i < COUNT(types); i++)
		if (ends_in(name, strlen(name), types[i].ext))
			return &types[i];
	return NULL;
}

const char *verify_mime(const char *name)
{
	const struct verify_type *t = verify_type_of(name);

	return t == NULL ? NULL : t->mime;
}

bool verify_platform_known(const char *platform)
{
	for (size_t i = 0; i < COUNT(platforms); i++)
		if (strcmp(platforms[i], platform) == 0)
			return true;
	return false;
}

bool verify_below(const char *path, const char *const *prefixes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(prefixes[i]);

		while (len && prefixes[i][len - 1] == '/')
			len--;
		if (len && strncmp(path, prefixes[i], len) == 0 &&
		    (path[len] == '/' || path[len] == '\0'))
			return true;
	}
	return false;
}

/* One component of a path against one row of private_names. */
static bool is_private(const char *s, size_t n, bool folder, const char *row)
{
	size_t len = strlen(row);

	if (row[0] == '*')
		return !folder && ends_in(s, n, row + 1);
	if (row[len - 1] == '/')
		return folder && n == len - 1 && strncasecmp(s, row, n) == 0;
	return !folder && n == len && strncasecmp(s, row, n) == 0;
}

const char *verify_name_leak(const char *name, enum verify_code *ret)
{
	size_t n;

	*ret = VERIFY_LEAK_FILE;
	if (ends_in(name, strlen(name), ".map")) {
		*ret = VERIFY_LEAK_MAP;
		return "a source map";
	}
	for (const char *s = name; *s; s += n + (s[n] == '/')) {
		n = strcspn(s, "/");
		for (size_t i = 0; i < COUNT(private_names); i++)
			if (is_private(s, n, s[n] == '/', private_names[i]))
				return private_names[i];
		if (n > 1 && s[0] == '.' && s[n] == '\0' && strncmp(s, "..", n) != 0)
			return "a hidden file";
	}
	return NULL;
}

static bool is_device(const char *s, size_t n)
{
	size_t stem = 0;

	while (stem < n && s[stem] != '.')
		stem++;
	while (s[stem - 1] == ' ') /* a name begins with neither dot nor blank */
		stem--;
	for (size_t i = 0; i < COUNT(device_names); i++)
		if (strlen(device_names[i]) == stem && strncasecmp(s, device_names[i], stem) == 0)
			return true;
	return false;
}

/* One component: NULL when fine. */
static const char *part_problem(const char *s, size_t n)
{
	static const char portable[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "0123456789._-+@() ";

	if (n == 0)
		return "an empty part";
	if (n > 100)
		return "a part of more than 100 characters";
	if (s[0] == '.')
		return n == 1 || (n == 2 && s[1] == '.') ? "a step to another folder"
							 : "a hidden name";
	if (strspn(s, portable) < n)
		return "a character that is not portable";
	if (s[0] == ' ' || s[0] == '-' || s[n - 1] == ' ' || s[n - 1] == '.')
		return "a blank, dot or dash where some system drops or misreads it";
	return is_device(s, n) ? "a device name" : NULL;
}

const char *verify_name_problem(const char *name, bool web)
{
	enum verify_code ignored;
	const char *why;
	size_t n, parts = 0;

	if (strnlen(name, 241) > 240)
		return "more than 240 characters";
	if (!web && strchr(name, '/') != NULL)
		return "a folder";
	for (const char *s = name; ; s += n + 1) {
		n = strcspn(s, "/");
		why = ++parts > 8 ? "more than 8 folders" : part_problem(s, n);
		if (why != NULL || s[n] == '\0')
			break;
	}
	return why != NULL ? why : verify_name_leak(name, &ignored);
}
