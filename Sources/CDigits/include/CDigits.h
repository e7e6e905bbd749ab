#ifndef WINNOW_CDIGITS_H
#define WINNOW_CDIGITS_H

#include <stdint.h>

#if defined(__SSE2__)
#include <emmintrin.h>

/// Sixteen bytes: bit i is set where byte i is no digit.
static inline uint32_t winnow_non_digits_16(const uint8_t *bytes) {
    __m128i values = _mm_sub_epi8(_mm_loadu_si128((const __m128i *)bytes), _mm_set1_epi8('0'));
    __m128i digits = _mm_cmpeq_epi8(_mm_min_epu8(values, _mm_set1_epi8(9)), values);
    return (uint32_t)_mm_movemask_epi8(digits) ^ 0xFFFFu;
}
#elif defined(__aarch64__)
#include <arm_neon.h>

/// Sixteen bytes: bit i is set where byte i is no digit.
static inline uint32_t winnow_non_digits_16(const uint8_t *bytes) {
    const uint8_t weights[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    uint8x16_t values = vsubq_u8(vld1q_u8(bytes), vdupq_n_u8('0'));
    uint8x16_t others = vandq_u8(vcgtq_u8(values, vdupq_n_u8(9)), vld1q_u8(weights));
    return (uint32_t)vaddv_u8(vget_low_u8(others)) | (uint32_t)vaddv_u8(vget_high_u8(others)) << 8;
}
#else
#error "winnow needs x86-64 or 64-bit ARM"
#endif

/// Thirty-two bytes: bit i is set where byte i is no digit.
///
/// In C because Swift has no way from a vector of truth values to the bits of a number.
static inline uint32_t winnow_non_digits(const uint8_t *bytes) {
    return winnow_non_digits_16(bytes) | winnow_non_digits_16(bytes + 16) << 16;
}

#endif
