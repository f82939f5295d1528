// libsys/core/string.c and print.c against the C library of the machine that builds.
//
// string.c is compiled here under other names (see meson.build), so that both exist.
#include <stdio.h>
#include <string.h>

#include "fl/error.h"
#include "fl/print.h"
#include "tap.h"

void *core_memcpy(void *to, const void *from, size_t bytes);
void *core_memmove(void *to, const void *from, size_t bytes);
void *core_memset(void *to, int value, size_t bytes);
int core_memcmp(const void *left, const void *right, size_t bytes);
void *core_memchr(const void *from, int value, size_t bytes);
size_t core_strlen(const char *text);
size_t core_strnlen(const char *text, size_t limit);
int core_strcmp(const char *left, const char *right);
int core_strncmp(const char *left, const char *right, size_t limit);

#define BYTES 96

static uint8_t pattern[BYTES];

static void pattern_make(void)
{
	for (unsigned i = 0; i < BYTES; i++)
		pattern[i] = (uint8_t)(i * 37 + 11);
}

static void memcpy_any_alignment_same_as_library(void)
{
	pattern_make();
	for (unsigned to = 0; to < 9; to++) {
		for (unsigned from = 0; from < 9; from++) {
			for (unsigned bytes = 0; bytes < 70; bytes++) {
				uint8_t actual[BYTES] = {0};
				uint8_t expected[BYTES] = {0};
				EXPECT(core_memcpy(actual + to, pattern + from, bytes) == actual + to, 1);
				memcpy(expected + to, pattern + from, bytes);
				EXPECT(memcmp(actual, expected, BYTES), 0);
			}
		}
	}
}

static void memmove_any_overlap_same_as_library(void)
{
	pattern_make();
	for (unsigned to = 0; to < 24; to++) {
		for (unsigned from = 0; from < 24; from++) {
			for (unsigned bytes = 0; bytes < 70; bytes++) {
				uint8_t actual[BYTES];
				uint8_t expected[BYTES];
				memcpy(actual, pattern, BYTES);
				memcpy(expected, pattern, BYTES);
				EXPECT(core_memmove(actual + to, actual + from, bytes) == actual + to, 1);
				memmove(expected + to, expected + from, bytes);
				EXPECT(memcmp(actual, expected, BYTES), 0);
			}
		}
	}
}

static void memset_any_alignment_same_as_library(void)
{
	for (unsigned to = 0; to < 9; to++) {
		for (unsigned bytes = 0; bytes < 70; bytes++) {
			uint8_t actual[BYTES] = {0};
			uint8_t expected[BYTES] = {0};
			EXPECT(core_memset(actual + to, 0x1a5, bytes) == actual + to, 1);
			memset(expected + to, 0xa5, bytes);
			EXPECT(memcmp(actual, expected, BYTES), 0);
		}
	}
}

static int sign(int value)
{
	return (value > 0) - (value < 0);
}

static void compare_pairs_same_sign_as_library(void)
{
	static const char *const text[] = {"", "a", "b", "ab", "abc", "abd", "ab\x80", "zzzz"};
	for (unsigned i = 0; i < 8; i++) {
		for (unsigned j = 0; j < 8; j++) {
			EXPECT(sign(core_strcmp(text[i], text[j])), sign(strcmp(text[i], text[j])));
			for (unsigned n = 0; n < 6; n++)
				EXPECT(sign(core_strncmp(text[i], text[j], n)), sign(strncmp(text[i], text[j], n)));
			EXPECT(sign(core_memcmp(text[i], text[j], 1)), sign(memcmp(text[i], text[j], 1)));
		}
		EXPECT(core_strlen(text[i]), strlen(text[i]));
		EXPECT(core_strnlen(text[i], 2), strnlen(text[i], 2));
	}
}

static void memchr_first_place_or_null(void)
{
	static const char text[] = "abcabc";
	EXPECT(core_memchr(text, 'b', 6) == text + 1, 1);
	EXPECT(core_memchr(text, 'c', 2) == NULL, 1);
	EXPECT(core_memchr(text, 'x', 0) == NULL, 1);
}

#define SAME(...)                                                                                  \
	do {                                                                                           \
		char actual[80];                                                                           \
		char expected[80];                                                                         \
		size_t bytes = fl_print(actual, sizeof actual, __VA_ARGS__);                               \
		EXPECT(bytes, snprintf(expected, sizeof expected, __VA_ARGS__));                           \
		EXPECT(strcmp(actual, expected), 0);                                                       \
	} while (0)

static void print_all_conversions_same_as_library(void)
{
	SAME("plain");
	SAME("%s %c %d %u %x %%", "text", 'c', -17, 42u, 0xbeefu);
	SAME("%ld %lu %lx", INT64_MIN, UINT64_MAX, UINT64_MAX);
	SAME("%d %u", INT32_MIN, UINT32_MAX);
	SAME("%d|%s|", 0, "");
}

static void print_long_text_cut_with_end(void)
{
	char text[8] = "zzzzzzz";
	EXPECT(fl_print(text, 5, "%s", "abcdefgh"), 4);
	EXPECT(memcmp(text, "abcd\0zz", 8), 0);
	EXPECT(fl_print(text, 1, "%u", 12u), 0);
	EXPECT(text[0], 0);
}

static void error_text_every_number_has_one(void)
{
	EXPECT(strcmp(fl_error_text(FL_OK), "success"), 0);
	EXPECT(strcmp(fl_error_text(FL_NO_FILE), "no such file or directory"), 0);
	EXPECT(strcmp(fl_error_text(9999), "an unknown error"), 0);
}

int main(void)
{
	static const struct tap_test tests[] = {
		{"memcpy_any_alignment_same_as_library", memcpy_any_alignment_same_as_library},
		{"memmove_any_overlap_same_as_library", memmove_any_overlap_same_as_library},
		{"memset_any_alignment_same_as_library", memset_any_alignment_same_as_library},
		{"compare_pairs_same_sign_as_library", compare_pairs_same_sign_as_library},
		{"memchr_first_place_or_null", memchr_first_place_or_null},
		{"print_all_conversions_same_as_library", print_all_conversions_same_as_library},
		{"print_long_text_cut_with_end", print_long_text_cut_with_end},
		{"error_text_every_number_has_one", error_text_every_number_has_one},
	};
	return tap_run(tests, sizeof tests / sizeof tests[0]);
}
