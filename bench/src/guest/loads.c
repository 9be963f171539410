// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Loads BPF objects one program at a time, as they are, and prints what the verifier says of each:
 *   program OBJECT NAME instructions N usec N stack N+N
 *   rejected OBJECT NAME       and the end of its log
 * Exits with 1 if one is rejected.
 */
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <bpf/libbpf.h>

#define LOG_SIZE  ((1 << 24) - 1) /* the most that every kernel takes */
#define LOG_TAIL  6000
#define LOG_STATS 4 /* BPF_LOG_STATS of the kernel's bpf_verifier.h: no instructions, only sums */

static char log_buffer[LOG_SIZE];

static int print_warnings(enum libbpf_print_level level, const char *format, va_list arguments)
{
	/* Its warnings repeat the whole log. */
	return level == LIBBPF_WARN && !strstr(format, "BEGIN PROG LOAD LOG")
		       ? vfprintf(stderr, format, arguments)
		       : 0;
}

/* What follows a word of the log, up to a blank. */
static const char *after(const char *word, char *value, size_t size)
{
	const char *found = strstr(log_buffer, word);
	size_t length = 0;

	if (found) {
		found += strlen(word);
		length = strcspn(found, " \n");
	}
	snprintf(value, size, "%.*s", (int)length, found ? found : "");
	return value;
}

static void print_program(const char *object, const char *program)
{
	char instructions[32], usec[32], stack[64];

	printf("program %s %s instructions %s usec %s stack %s\n", object, program,
	       after("processed ", instructions, sizeof(instructions)),
	       after("verification time ", usec, sizeof(usec)),
	       after("stack depth ", stack, sizeof(stack)));
}

/* log_level 0: the log of a program is that of its rejection, with every instruction. */
static int load(const char *path, const char *only, int log_level)
{
	struct bpf_object *object = bpf_object__open(path);
	struct bpf_program *program;
	int error;

	if (!object)
		return -1;
	log_buffer[0] = '\0';
	bpf_object__for_each_program(program, object)
	{
		bpf_program__set_autoload(program, !strcmp(bpf_program__name(program), only));
		bpf_program__set_log_level(program, log_level);
		bpf_program__set_log_buf(program, log_buffer, sizeof(log_buffer));
	}
	error = bpf_object__load(object);
	bpf_object__close(object);
	return error;
}

static int measure(const char *path, const char *object, const char *program)
{
	size_t length;

	if (!load(path, program, LOG_STATS)) {
		print_program(object, program);
		return 0;
	}
	printf("rejected %s %s\n", object, program);
	load(path, program, 0);
	length = strlen(log_buffer);
	printf("%s\n", log_buffer + (length > LOG_TAIL ? length - LOG_TAIL : 0));
	return 1;
}

/* Each program by itself, so that one that is rejected does not hide the next. */
static int measure_all(const char *path)
{
	struct bpf_object *object = bpf_object__open(path);
	char *copy = strdup(path);
	char *name = basename(copy);
	struct bpf_program *program;
	int failures = 0;

	if (!object) {
		printf("cannot open %s\n", path);
		free(copy);
		return 1;
	}
	name[strcspn(name, ".")] = '\0';
	bpf_object__for_each_program(program, object) failures +=
		measure(path, name, bpf_program__name(program));
	bpf_object__close(object);
	free(copy);
	return failures;
}

int main(int count, char **paths)
{
	struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
	int failures = 0;

	setrlimit(RLIMIT_MEMLOCK, &all); /* maps count before kernel 5.11 */
	libbpf_set_print(print_warnings);
	for (int i = 1; i < count; i++)
		failures += measure_all(paths[i]);
	return failures ? 1 : 0;
}
