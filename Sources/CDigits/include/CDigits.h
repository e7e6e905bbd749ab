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

/// Reads whole numbers of at most eight digits, each with an optional minus and a comma behind it, four at a time.
///
/// The ends of cells come from one look at sixty-four bytes, and each number's last eight bytes are taken, so that its digits
/// are where they belong whatever its length is. Digits are then joined to numbers for four cells at once.
///
/// - text: Sixty-four bytes from here on and eight before here can be read.
/// - most: How many cells at most.
/// - ends_line: Whether a line feed, no comma, stands behind the last one of so many.
/// - numbers: Where they go; a float holds each rounded to nearest.
/// - length: How many bytes were read, delimiters included.
///
/// Returns how many were read: a multiple of four, and zero where something else stands here.
static inline int winnow_whole_cells(const uint8_t *text, int most, int ends_line, float *numbers, int *length) {
    *length = 0;
#if defined(__SSE2__)
    static const uint64_t kept[9] = {0, ~0ull << 56, ~0ull << 48, ~0ull << 40, ~0ull << 32,
                                     ~0ull << 24, ~0ull << 16, ~0ull << 8, ~0ull};
    uint64_t commas = 0;
    uint64_t lines = 0;
    for (int part = 0; part < 64; part += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(text + part));
        commas |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(','))) << part;
        lines |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n'))) << part;
    }
    uint64_t ends = commas | lines;
    int count = 0;
    int start = 0;
    while (count + 4 <= most) {
        uint64_t second = ends & (ends - 1);
        uint64_t third = second & (second - 1);
        uint64_t fourth = third & (third - 1);
        if (fourth == 0) break;
        int end[4] = {__builtin_ctzll(ends), __builtin_ctzll(second), __builtin_ctzll(third), __builtin_ctzll(fourth)};
        // The first three end with commas, the last one as it is to.
        int is_last = ends_line && count + 4 == most;
        if (lines & ((1ull << end[3]) - 1) & ~((1ull << start) - 1)) break;
        if ((int)(lines >> end[3] & 1) != is_last) break;
        __m128i pairs[2];
        int signs[4];
        uint32_t sizes = 0;
        int begin = start;
        for (int half = 0; half < 2; half++) {
            __m128i words[2];
            for (int cell = 0; cell < 2; cell++) {
                int stop = end[2 * half + cell];
                uint32_t sign = text[begin] == '-';
                uint32_t size = (uint32_t)(stop - begin) - sign;
                sizes |= size - 1;
                signs[2 * half + cell] = (int)sign;
                // A size that is refused below must not read outside of the table.
                words[cell] = _mm_and_si128(
                    _mm_xor_si128(_mm_loadl_epi64((const __m128i *)(text + stop - 8)), _mm_set1_epi8('0')),
                    _mm_loadl_epi64((const __m128i *)(kept + (size <= 8 ? size : 0))));
                begin = stop + 1;
            }
            pairs[half] = _mm_unpacklo_epi64(words[0], words[1]);
        }
        if (sizes > 7) break;
        __m128i nine = _mm_set1_epi8(9);
        __m128i are_digits = _mm_and_si128(_mm_cmpeq_epi8(_mm_min_epu8(pairs[0], nine), pairs[0]),
                                           _mm_cmpeq_epi8(_mm_min_epu8(pairs[1], nine), pairs[1]));
        if (_mm_movemask_epi8(are_digits) != 0xFFFF) break;
        __m128i fours[2];
        for (int half = 0; half < 2; half++) {
            // Neighbours are joined to two digits, these to four.
            __m128i twos = _mm_add_epi16(
                _mm_mullo_epi16(_mm_and_si128(pairs[half], _mm_set1_epi16(0xFF)), _mm_set1_epi16(10)),
                _mm_srli_epi16(pairs[half], 8));
            fours[half] = _mm_madd_epi16(twos, _mm_set1_epi32(1 << 16 | 100));
        }
        __m128i eights = _mm_madd_epi16(_mm_packs_epi32(fours[0], fours[1]), _mm_set1_epi32(1 << 16 | 10000));
        __m128i minus = _mm_slli_epi32(_mm_set_epi32(signs[3], signs[2], signs[1], signs[0]), 31);
        _mm_storeu_si128((__m128i *)(numbers + count), _mm_or_si128(_mm_castps_si128(_mm_cvtepi32_ps(eights)), minus));
        count += 4;
        start = begin;
        ends = fourth & (fourth - 1);
    }
    *length = start;
    return count;
#else
    (void)text, (void)most, (void)ends_line, (void)numbers;
    return 0;
#endif
}

/// How many line feeds there are among some bytes.
static inline int64_t winnow_line_feeds(const uint8_t *bytes, int64_t length) {
    int64_t count = 0;
    int64_t place = 0;
    // Plain enough for the compiler to take sixteen bytes at a time: a byte holds what 128 of them count.
    for (; length - place >= 128; place += 128) {
        uint8_t found = 0;
        for (int i = 0; i < 128; i++) found = (uint8_t)(found + (bytes[place + i] == '\n'));
        count += found;
    }
    for (; place < length; place++) count += bytes[place] == '\n';
    return count;
}

#endif
