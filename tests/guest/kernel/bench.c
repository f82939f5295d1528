// later
#include "suites.h"
void bench_run(void)
{
}
