// The code of raw.S that tests start threads at. None of these returns, but for the two of floats.
#ifndef RAW_H
#define RAW_H

#include <stdint.h>

#define RAW_CODE(name) void name(uint64_t a0, uint64_t a1, uint64_t a2)
RAW_CODE(raw_load);
RAW_CODE(raw_store);
RAW_CODE(raw_load_byte);
RAW_CODE(raw_store_byte);
RAW_CODE(raw_jump);
RAW_CODE(raw_amo);
RAW_CODE(raw_reserve);
RAW_CODE(raw_zero);
RAW_CODE(raw_ebreak);
RAW_CODE(raw_wfi);
RAW_CODE(raw_sret);
RAW_CODE(raw_sfence);
RAW_CODE(raw_csr_read);
RAW_CODE(raw_csr_write);
RAW_CODE(raw_spin);
RAW_CODE(raw_load_then_break);
RAW_CODE(raw_float_illegal);
RAW_CODE(raw_float_illegal_at);
#undef RAW_CODE

// f[i] = seed + i, fcsr = the low byte of seed.
void raw_float_fill(uint64_t seed);
struct raw_float {
	uint64_t f[32], fcsr;
};
void raw_float_read(struct raw_float *to);

#endif
