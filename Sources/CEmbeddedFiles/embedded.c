#include "CEmbeddedFiles.h"

// `#embed` is C23, which Clang offers in older modes too and warns of.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char digits_csv_gz[] = {
#embed "digits.csv.gz"
};

static const unsigned char digits_yaml[] = {
#embed "digits.yaml"
};

const unsigned char *winnow_embedded_digits_csv_gz(void) { return digits_csv_gz; }
size_t winnow_embedded_digits_csv_gz_length(void) { return sizeof digits_csv_gz; }

const unsigned char *winnow_embedded_digits_yaml(void) { return digits_yaml; }
size_t winnow_embedded_digits_yaml_length(void) { return sizeof digits_yaml; }
