// Paths on their way to the file server: short ones in the message, long ones through the window.
#include "path.h"

#include <string.h>

#include "copy.h"
#include "proto/files.h"
#include "service.h"
#include "window.h"

// Appends a path to text[*bytes]; the NUL is not kept.
static fl_error_t text_add(char *text, size_t room, size_t *bytes, const char *path)
{
	size_t most = room - *bytes < FILES_PATH_MAX ? room - *bytes : FILES_PATH_MAX;
	fl_error_t error = fl_copy_text(text + *bytes, path, most);
	if (error == FL_TOO_BIG)
		return FILES_LONG_NAME;
	if (!error)
		*bytes += strlen(text + *bytes);
	return error;
}

// Both paths, the second may be NULL. *first = bytes of the first.
static fl_error_t texts_copy(char *text, size_t room, const char *one, const char *two,
                             size_t *first, size_t *bytes)
{
	*bytes = 0;
	fl_error_t error = text_add(text, room, bytes, one);
	*first = *bytes;
	return error || !two ? error : text_add(text, room, bytes, two);
}

static fl_error_t texts_call(unsigned label, const char *one, const char *two, struct fl_message *m)
{
	char text[FILES_INLINE_MAX + 1];
	size_t first, bytes;
	struct window window = {0};
	fl_error_t error = texts_copy(text, sizeof(text), one, two, &first, &bytes);
	if (error == FILES_LONG_NAME) {
		if (!window_claim(1, &window))
			return FL_NO_MEMORY;
		error = texts_copy(window.memory, window.bytes, one, two, &first, &bytes);
		m->word[2] = window.offset;
		// The path may have grown shorter meanwhile; that is its owner's affair.
		if (!error && bytes <= FILES_INLINE_MAX)
			memcpy(&m->word[2], window.memory, bytes);
	} else if (!error) {
		memcpy(&m->word[2], text, bytes);
	}
	if (!error) {
		m->word[0] = FILES_WORD0(label, bytes);
		if (two)
			m->word[1] = first;
		error = service_call(SLOT_FILES, m);
	}
	if (window.memory)
		window_release(&window);
	return error;
}

fl_error_t path_call(unsigned label, uint64_t word1, const char *path, struct fl_message *m)
{
	*m = (struct fl_message){.word = {0, word1}};
	return texts_call(label, path, NULL, m);
}

fl_error_t path_call_two(unsigned label, const char *first, const char *second)
{
	struct fl_message m = {0};
	return texts_call(label, first, second, &m);
}
