#include "CFsync.h"
