/* The program and, with -DLIBRARY, the library of a layer: bin/tool finds lib/libwho.so only by LD_LIBRARY_PATH. */
#ifdef LIBRARY
const char *who(void)
{
    return "bin and lib";
}
#else
#include <stdio.h>
const char *who(void);
int main(void)
{
    return puts(who()) < 0;
}
#endif
