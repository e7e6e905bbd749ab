#include "CDigits.h"
