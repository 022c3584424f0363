#include "config.h"

#include "verify/verify_leak.h"
#include "base/check.h"

/*
 * Source code by its looks, in served text and in text found inside other
 * things: for what was renamed, or never stood in the tree. A page, a style
 * sheet, plain JavaScript and JSON are source that a browser needs and are let
 * pass; each language below needs several signs at the beginnings of lines.
 */
static const struct lang {
	const char *name;
	int need; /* so many different signs */
} langs[] = {
	{"Go", 2}, {"C", 2}, {"Rust", 3}, {"Python", 3}, {"Java", 2}, {"C#", 2}, {"TypeScript", 2},
	{"a shell script", 1}, {"a Makefile", 2}, {"go.mod", 2}, {"a Dockerfile", 3}, {"PHP", 1},
	{"package.json", 2}, {"a patch", 2}, {"Ruby", 3},
};
enum { GO, C, RUST, PYTHON, JAVA, CSHARP, TYPESCRIPT, SHELL, MAKE, GOMOD, DOCKER, PHP, NPM, PATCH,
       RUBY };

/* A line that begins so, contains `with` later and ends in `end`, which is no
 * longer than the shortest line that is looked at. */
#define LINE_MIN 3
static const struct sign {
	unsigned char lang, bit;
	const char *begin, *with;
	char end[LINE_MIN + 1];
} signs[] = {
	{GO, 0, "package ", NULL, ""},
	{GO, 1, "func ", "(", "{"},
	{GO, 1, "import (", NULL, ""},
	{GO, 1, "import \"", NULL, "\""},
	{GO, 2, "type ", "struct", "{"},
	{C, 0, "#include <", ".h", ">"},
	{C, 0, "#include \"", ".h", "\""},
	{C, 0, "#include <iostream", NULL, ">"},
	{C, 0, "#include <vector", NULL, ">"},
	{C, 0, "#include <string", NULL, ">"},
	{C, 0, "#include <memory", NULL, ">"},
	{C, 1, "int main(", NULL, ""},
	{C, 1, "static ", "(", ""},
	{C, 1, "void ", "(", ""},
	{C, 1, "typedef ", NULL, ""},
	{C, 1, "#define ", NULL, ""},
	{C, 1, "int ", "(", ""},
	{RUST, 0, "fn ", "(", "{"},
	{RUST, 0, "pub fn ", "(", "{"},
	{RUST, 1, "use ", "::", ";"},
	{RUST, 2, "let mut ", NULL, ";"},
	{RUST, 3, "impl ", NULL, "{"},
	{RUST, 4, "#[", NULL, "]"},
	{RUST, 5, "pub struct ", NULL, "{"},
	{RUST, 6, "mod ", NULL, ";"},
	{PYTHON, 0, "def ", "(", ":"},
	{PYTHON, 1, "if __name__", NULL, ":"},
	{PYTHON, 2, "from ", " import ", ""},
	{PYTHON, 3, "class ", NULL, ":"},
	{PYTHON, 4, "elif ", NULL, ":"},
	{PYTHON, 5, "except", NULL, ":"},
	{PYTHON, 6, "#!/usr/bin/env python", NULL, ""},
	{PYTHON, 7, "with ", " as ", ":"},
	{JAVA, 0, "import java", NULL, ";"},
	{JAVA, 1, "public class ", NULL, ""},
	{JAVA, 2, "public static void main", NULL, ""},
	{JAVA, 3, "package ", ".", ";"},
	{CSHARP, 0, "using System", NULL, ";"},
	{CSHARP, 1, "namespace ", NULL, ""},
	{CSHARP, 2, "public class ", NULL, ""},
	{TYPESCRIPT, 0, "interface ", NULL, "{"},
	{TYPESCRIPT, 0, "export interface ", NULL, "{"},
	{TYPESCRIPT, 1, "export type ", NULL, ""},
	{TYPESCRIPT, 1, "import type ", NULL, ""},
	{TYPESCRIPT, 2, "private ", ":", ";"},
	{TYPESCRIPT, 2, "public ", ":", ";"},
	{TYPESCRIPT, 3, "export enum ", NULL, "{"},
	{TYPESCRIPT, 4, "declare module ", NULL, ""},
	{TYPESCRIPT, 4, "declare const ", NULL, ""},
	{TYPESCRIPT, 4, "declare global ", NULL, ""},
	{TYPESCRIPT, 5, "function ", ": string", ""},
	{TYPESCRIPT, 5, "const ", ": string", ""},
	{TYPESCRIPT, 5, "export function ", ": ", "{"},
	{TYPESCRIPT, 6, "type ", " = {", ""},
	{SHELL, 0, "#!/bin/", NULL, ""},
	{SHELL, 0, "#!/usr/bin/env sh", NULL, ""},
	{SHELL, 0, "#!/usr/bin/env bash", NULL, ""},
	{SHELL, 0, "#!/usr/bin/env perl", NULL, ""},
	{SHELL, 0, "#!/usr/bin/env ruby", NULL, ""},
	{SHELL, 0, "#!/usr/bin/perl", NULL, ""},
	{SHELL, 0, "#!/usr/bin/bash", NULL, ""},
	{SHELL, 0, "#!/usr/bin/python", NULL, ""},
	{MAKE, 0, ".PHONY:", NULL, ""},
	{MAKE, 1, "all:", NULL, ""},
	{MAKE, 1, "build:", NULL, ""},
	{MAKE, 1, "clean:", NULL, ""},
	{GOMOD, 0, "module ", NULL, ""},
	{GOMOD, 1, "go 1.", NULL, ""},
	{DOCKER, 0, "FROM ", NULL, ""},
	{DOCKER, 1, "RUN ", NULL, ""},
	{DOCKER, 2, "COPY ", NULL, ""},
	{DOCKER, 2, "CMD ", NULL, ""},
	{DOCKER, 2, "ENTRYPOINT ", NULL, ""},
	{DOCKER, 2, "WORKDIR ", NULL, ""},
	{PHP, 0, "<?php", NULL, ""},
	{NPM, 0, "\"scripts\":", NULL, "{"},
	{NPM, 1, "\"dependencies\":", NULL, "{"},
	{NPM, 1, "\"devDependencies\":", NULL, "{"},
	{PATCH, 0, "diff --git ", NULL, ""},
	{PATCH, 1, "@@ -", " @@", ""},
	{PATCH, 2, "+++ b/", NULL, ""},
	{RUBY, 0, "require '", NULL, "'"},
	{RUBY, 1, "def ", NULL, ""},
	{RUBY, 2, "end", NULL, "end"},
	{RUBY, 3, "class ", " < ", ""},
};

struct line {
	const unsigned char *p;
	size_t n;
};

static bool has_sign(const struct sign *s, struct line l)
{
	size_t begin = strlen(s->begin), end = strlen(s->end);

	if (l.n < begin || memcmp(l.p, s->begin, begin) != 0)
		return false;
	if (memcmp(l.p + l.n - end, s->end, end) != 0)
		return false;
	return s->with == NULL || verify_find(l.p + begin, l.n - begin, s->with, strlen(s->with));
}

/* "package main" and nothing more: a word, not the beginning of a sentence. */
static bool one_word_more(struct line l, size_t after)
{
	for (size_t i = after; i < l.n; i++)
		if (l.p[i] <= ' ')
			return false;
	return l.n > after;
}

/* The next line, without blanks around it. Lines of a literal end in the two
 * characters "\n". */
static size_t next_line(const unsigned char *p, size_t n, size_t at, struct line *ret)
{
	size_t end = at, next;

	while (end < n && p[end] != '\n' && !(p[end] == '\\' && end + 1 < n && p[end + 1] == 'n'))
		end++;
	next = end < n && p[end] == '\\' ? end + 2 : end + 1;
	while (at < end && (p[at] == ' ' || p[at] == '\t' || p[at] == '\r'))
		at++;
	while (end > at && (p[end - 1] == ' ' || p[end - 1] == '\t' || p[end - 1] == '\r'))
		end--;
	*ret = (struct line){p + at, end - at};
	return next;
}

/* Note the signs of a line; true when there was one. */
static bool look_at_line(struct line l, unsigned *seen)
{
	bool any = false;

	for (size_t i = 0; i < COUNT(signs); i++) {
		const struct sign *s = &signs[i];

		if (l.n < LINE_MIN || s->begin[0] != l.p[0] || !has_sign(s, l))
			continue;
		if ((s->lang == GO || s->lang == GOMOD) && s->bit == 0 &&
		    !one_word_more(l, strlen(s->begin)))
			continue;
		seen[s->lang] |= 1u << s->bit;
		any = true;
	}
	return any;
}

/* The language whose signs are enough, or NULL. */
static const struct lang *decide(const unsigned *seen)
{
	for (size_t i = 0; i < COUNT(langs); i++)
		if (__builtin_popcount(seen[i]) >= langs[i].need && (i != GO || seen[GO] & 1))
			return &langs[i];
	return NULL;
}

void verify_language_whole(struct verify_leak *l, unsigned row, const struct verify_layer *y)
{
	unsigned seen[COUNT(langs)] = {0};
	const struct lang *lang = NULL;
	struct line line = {0};
	size_t from = 0;

	for (size_t at = 0; y->text && at < y->n && lang == NULL;) {
		from = at;
		at = next_line(y->p, y->n, at, &line);
		if (look_at_line(line, seen))
			lang = decide(seen);
	}
	if (lang != NULL)
		verify_leak_found(l, row, y, from, line.n, "source in %s", lang->name);
}
