// PNG and JPEG, from Debian's libpng-dev and libturbojpeg0-dev.
#include <png.h>
#include <turbojpeg.h>
