#ifndef WINNOW_EMBEDDED_FILES_H
#define WINNOW_EMBEDDED_FILES_H

#include <stddef.h>

/// Handwritten digits as gzipped CSV: 1,797 rows of 64 pixels from 0 to 16 and the column `digit`.
///
/// Source: E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository,
/// the test part. Licence: CC BY 4.0.
const unsigned char *winnow_embedded_digits_csv_gz(void);
size_t winnow_embedded_digits_csv_gz_length(void);

/// The study file of `winnow demo`, UTF-8. It names the data as `digits.csv.gz`.
const unsigned char *winnow_embedded_digits_yaml(void);
size_t winnow_embedded_digits_yaml_length(void);

#endif
